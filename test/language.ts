/**
 * The check of the house's language: words that are not plain technical English, in every text that a person reads. Run by
 * `npm run lint:language`; prints each of them, and exits with 1. No file may have any.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);

/** Each with what to write instead. */
const BANNED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\b(who|whom|whoever)\b/gi, instead: 'name the task, process, thread or person' },
  // "A task whose parent exits" names the task; "Whose parent exits" does not.
  { pattern: /(?<![\w`)*,-] )\bwhose\b/gi, instead: 'name the task, process, thread or person' },
  { pattern: /\b(nobody|somebody|everybody|anybody)\b/gi, instead: 'no task, a process, every thread …' },
  { pattern: /\bfor good\b/gi, instead: 'indefinitely, never returns' },
  { pattern: /\bcan not\b/gi, instead: 'cannot' },
  { pattern: /\b(he|his|him|himself)\b/gi, instead: 'it, its; or name the task' },
  // The patch's own comment says "tell next task in line"; names of protocols that are still accepted have a dash.
  { pattern: /\b(told|tells?)(?![\w-])(?! next task)/gi, instead: 'report, show, print, distinguish' },
  { pattern: /\bcomes? to (an|its|the) end\b/gi, instead: 'ends' },
  { pattern: /\bcan never come\b/gi, instead: 'is never reached' },
  { pattern: /\b(is|are) there twice\b/gi, instead: 'duplicate' },
];

const READ = /\.(ts|tsx|mjs|c|h|md|ya?ml|html|css|sh)$|^\.ci\/run$/;
const NOT_READ: ReadonlySet<string> = new Set([
  // Examples of the words themselves.
  'test/language.ts',
  'test/language.test.ts',
  // Old names of properties, which are still accepted.
  'src/properties/names.ts',
  'test/cli/old-names.test.ts',
  'CHANGELOG.md',
]);

/** One place where a banned word stands; lines count from 1. */
export interface Slip {
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

/** The banned words of a text, in the order of its lines. */
export function findSlips(text: string): Slip[] {
  return text
    .split('\n')
    .flatMap((content, i) =>
      BANNED.flatMap(({ pattern, instead }) =>
        [...content.matchAll(pattern)].map(([word]) => ({ line: i + 1, word, instead })),
      ),
    );
}

/** The files that git tracks or would, and that are read. */
function filesToRead(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const isRead = (file: string) => READ.test(file) && !NOT_READ.has(file) && existsSync(path.join(ROOT, file));
  return [...new Set(listed.split('\n'))].filter(isRead).sort();
}

if (process.argv[1] === import.meta.filename) {
  for (const file of filesToRead()) {
    for (const { line, word, instead } of findSlips(readFileSync(path.join(ROOT, file), 'utf8'))) {
      console.error(`${file}:${line}: "${word}": ${instead} (see the house's language in CONTRIBUTING.md)`);
      process.exitCode = 1;
    }
  }
}
