/**
 * Patches of the protocol: small named edits of its source. A file in patches/ is a description, lines `Key: value`, and hunks
 * as of a unified diff, each headed by the function that it changes:
 *
 *     @@ restore_debug_exit() @@
 *
 * `@@ f() @@ with other-patch` is a hunk for stacks that have the other patch below this one, `without other-patch` for those
 * that have not. A hunk has to fit exactly once.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cut, join, type SourceFile } from './source.ts';

export interface Hunk {
  readonly function: string;
  readonly with: string | undefined;
  readonly without: string | undefined;
  /** Whole lines: what is there, and what takes its place. */
  readonly before: string;
  readonly after: string;
}

export interface Patch {
  readonly name: string;
  /** What it does, and why. */
  readonly description: string;
  /** `Since`, `Undoes` of those that undo an item of the changelog. */
  readonly notes: Readonly<Record<string, string>>;
  readonly hunks: readonly Hunk[];
}

const HEADING = /^@@ (\w+)\(\) @@(?: (with|without) ([\w-]+))?$/;
const NOTE = /^(Since|Undoes): (.*)$/;

/** Reads the text of a patch. */
export function parsePatch(name: string, text: string): Patch {
  const description: string[] = [];
  const notes: Record<string, string> = {};
  const hunks: { heading: RegExpExecArray; before: string; after: string }[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const heading = HEADING.exec(line);
    const hunk = hunks.at(-1);
    const [, key, value] = NOTE.exec(line) ?? [];
    if (heading) hunks.push({ heading, before: '', after: '' });
    else if (!hunk && key) notes[key] = value!;
    else if (!hunk) description.push(line);
    else if (!/^[-+ ]|^$/.test(line))
      throw new Error(`patch ${name}: a line of a hunk begins with none of " ", "-", "+": ${line}`);
    else {
      if (line[0] !== '+') hunk.before += `${line.slice(1)}\n`;
      if (line[0] !== '-') hunk.after += `${line.slice(1)}\n`;
    }
  }
  return {
    name,
    description: description.join(' ').trim(),
    notes,
    hunks: hunks.map(({ heading: [, where, word, other], before, after }) => ({
      function: where!,
      with: word === 'with' ? other : undefined,
      without: word === 'without' ? other : undefined,
      before,
      after,
    })),
  };
}

const read = new Map<string, Patch>();

/** The patch of this name in patches/. */
export function patchNamed(name: string): Patch {
  let patch = read.get(name);
  if (!patch) {
    patch = parsePatch(name, readFileSync(path.join(import.meta.dirname, 'patches', `${name}.patch`), 'utf8'));
    read.set(name, patch);
  }
  return patch;
}

/**
 * The sources with a patch applied; `below`: the names of the patches that are applied already. Throws when the patch changes
 * nothing on top of them: a protocol that is another under a second name tests nothing.
 */
export function applyPatch(
  files: readonly SourceFile[],
  patch: Patch,
  below: readonly string[],
): readonly SourceFile[] {
  const hunks = patch.hunks.filter(
    (hunk) =>
      (hunk.with === undefined || below.includes(hunk.with)) &&
      (hunk.without === undefined || !below.includes(hunk.without)),
  );
  if (hunks.length === 0) throw new Error(`patch ${patch.name} changes nothing on top of ${below.join(', ')}`);
  return hunks.reduce((patched, hunk) => applyHunk(patched, patch.name, hunk), files);
}

function applyHunk(files: readonly SourceFile[], patch: string, hunk: Hunk): readonly SourceFile[] {
  const fail = (what: string): never => {
    throw new Error(`patch ${patch}: ${what} in ${hunk.function}():\n${hunk.before}`);
  };
  const file = files.find(({ functions }) => functions.some(({ name }) => name === hunk.function)) ?? fail('no place');
  const functions = file.functions.map((one) => {
    if (one.name !== hunk.function) return one;
    const [above, below, ...more] = `\n${one.text}`.split(`\n${hunk.before}`);
    if (below === undefined) return fail('the hunk does not fit');
    if (more.length > 0) return fail('the hunk fits more than once');
    return { name: one.name, text: `${above}\n${hunk.after}${below}`.slice(1) };
  });
  const text = join({ ...file, functions });
  return files.map((other) => (other === file ? cut(file.name, text) : other));
}
