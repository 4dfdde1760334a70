/** The lines that docs/findings.md names are of the functions that it names: held against the patch itself. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LINES, type PatchLines } from './lines.ts';

const SEED = path.resolve(import.meta.dirname, '../../../shared/seed');
/** Lines of context before the first change of a hunk. */
const CONTEXT = 3;

/** What a hunk has of a file, by the numbers that the lines have in it when the patch is applied. */
interface Hunk {
  readonly file: string;
  /** The function that goes on where it begins. */
  readonly inside: string;
  readonly lines: ReadonlyMap<number, string>;
  /** Empty lines of context that the mailing list's archive has lost behind the first change: how far a number may be off. */
  readonly lost: number;
}

function hunksOf(patch: string): Hunk[] {
  const hunks: Hunk[] = [];
  for (const ofFile of patch.split(/^diff --git /m).slice(1)) {
    const file = /^\+\+\+ b\/(.*)$/m.exec(ofFile)![1]!;
    for (const [, start, length, inside, body] of ofFile.matchAll(
      /^@@ -\S+ \+(\d+),(\d+) @@ ?(.*)\n((?:(?!@@ ).*\n?)*)/gm,
    )) {
      const all = body!.split('\n').filter((line) => !line.startsWith('-'));
      const context = all.findIndex((line) => line.startsWith('+'));
      const first = Number(start) + CONTEXT - context;
      const lines = new Map(all.slice(0, Number(length)).map((line, i) => [first + i, line]));
      const lost = Math.max(0, Number(start) + Number(length) - (first + all.length - 1));
      hunks.push({ file, inside: inside!, lines, lost });
    }
  }
  return hunks;
}

/** Whether the lines, or those that may be theirs, are of the function. */
function holds(hunk: Hunk, { function: name, from, to }: PatchLines): boolean {
  const of = new Map<number, string | undefined>();
  let at = nameIn(hunk.inside);
  for (const [number, line] of hunk.lines) {
    at = nameIn(line.replace(/^\+/, '')) ?? at;
    of.set(number, at);
  }
  for (let number = from; number <= to; number++) {
    const near = Array.from({ length: hunk.lost + 1 }, (_, i) => of.get(number - i));
    if (!near.includes(name)) return false;
  }
  return true;
}

/** The function that a line begins. */
function nameIn(line: string): string | undefined {
  return /^[a-z].*?\b(\w+)\(/.exec(line)?.[1];
}

describe('The lines of the patch that findings name', () => {
  it('are of the functions that they are said to be of', function () {
    const file = existsSync(SEED) && readdirSync(SEED).find((name) => name.endsWith('.txt'));
    if (!file) {
      console.log(`      skipped: the patch is not at ${SEED}`);
      this.skip();
    }
    const hunks = hunksOf(readFileSync(path.join(SEED, file), 'utf8'));
    for (const [title, all] of Object.entries(LINES)) {
      for (const lines of all) {
        const hunk = hunks.find((one) => one.file === lines.file && holds(one, lines));
        assert.ok(hunk, `${title}: ${lines.function} ${lines.from}-${lines.to}`);
      }
    }
  });
});
