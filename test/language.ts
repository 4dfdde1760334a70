/**
 * The check of the house's language: words that are not plain technical English, counted in every text that a person
 * reads. Run by `npm run lint:language`; prints each line that has one too many, and exits with 1.
 *
 * test/language.json says how many each file still has from before this check. A file that is not listed may have none;
 * no file may get more. `npm run lint:language -- --write` lowers the numbers after a clean-up (it never raises one).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const ALLOWED = path.join(import.meta.dirname, 'language.json');

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

/** Texts that are written by hand and read by a person; what is generated from them is not counted twice. */
const READ = /\.(ts|tsx|mjs|c|h|md|ya?ml|html|css|sh)$|^\.ci\/run$/;
const NOT_COUNTED = [
  'test/language.ts',
  // Old names of properties, which are still accepted.
  'src/properties/names.ts',
  'test/cli/old-names.test.ts',
  'CHANGELOG.md',
  'docs/properties.md',
  'docs/scenario-reference.md',
  'docs/findings.md',
  'docs/findings/',
  'docs/criu-findings.md',
  'docs/mutants.md',
  'docs/variants.md',
  'docs/kernel-map.md',
];

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

type Counts = Readonly<Record<string, number>>;

function readAllowed(): Counts {
  return existsSync(ALLOWED) ? JSON.parse(readFileSync(ALLOWED, 'utf8')) : {};
}

function isRead(file: string): boolean {
  return READ.test(file) && !NOT_COUNTED.some((one) => file === one || (one.endsWith('/') && file.startsWith(one)));
}

/** The slips of all texts that git tracks or would, by file. */
function slipsOfTree(): ReadonlyMap<string, readonly Slip[]> {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = [...new Set(listed.split('\n'))].filter((file) => isRead(file) && existsSync(path.join(ROOT, file)));
  return new Map(files.sort().map((file) => [file, findSlips(readFileSync(path.join(ROOT, file), 'utf8'))]));
}

function lower(slips: ReadonlyMap<string, readonly Slip[]>, allowed: Counts): void {
  const counts = [...slips]
    .map(([file, found]) => [file, Math.min(found.length, allowed[file] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  writeFileSync(ALLOWED, `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  const slips = slipsOfTree();
  const allowed = readAllowed();
  if (process.argv.includes('--write')) lower(slips, allowed);
  for (const [file, found] of slips) {
    const limit = allowed[file] ?? 0;
    if (found.length <= limit) continue;
    console.error(
      `${file}: ${found.length} banned words, ${limit} allowed (see the house's language in CONTRIBUTING.md)`,
    );
    for (const { line, word, instead } of found.slice(0, 12)) console.error(`  line ${line}: "${word}": ${instead}`);
    process.exitCode = 1;
  }
}
