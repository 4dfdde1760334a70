/**
 * `npm run fuzz:readers [-- inputs] [reader…]`: changed inputs for every reader of files and answers (5,000 each by default;
 * 100,000 at night). No exception, no input that takes more than 5 s of processor time or 500 MB. An input that breaks one of
 * these is written to .mktrouble/fuzz-readers and named; the exit code is 1. MKTROUBLE_FUZZ_SEED chooses the inputs.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomically } from '../../src/boundary/write-file.ts';
import { HangWatch } from './hang-watch.ts';
import { inputs } from './mutate.ts';
import { READERS, type Reader } from './readers.ts';

/** Milliseconds of processor time: other work on the machine does not count. */
const LONGEST = 5000;
const MOST_MEMORY = 500 * 1024 * 1024;
const MAX_FAILURES = 20;

const words = process.argv.slice(2);
const number = Number(words.find((word) => /^\d+$/.test(word)) ?? 5000);
const names = words.filter((word) => !/^\d+$/.test(word));
const seed = process.env['MKTROUBLE_FUZZ_SEED'] ?? '1';

const FOLDER = '.mktrouble/fuzz-readers';
mkdirSync(FOLDER, { recursive: true });
const watch = new HangWatch(FOLDER);
let failures = 0;
for (const reader of READERS.filter(({ name }) => names.length === 0 || names.includes(name)))
  failures += await fuzz(reader);
process.exit(failures > 0 ? 1 : 0);

async function fuzz({ name, seeds, read }: Reader): Promise<number> {
  let count = 0;
  let bad = 0;
  let slowest = 0;
  let largest = 0;
  for (const input of inputs(await seeds(), `${seed} ${name}`)) {
    if (++count > number || bad >= MAX_FAILURES) break;
    const before = process.memoryUsage.rss();
    const began = process.cpuUsage();
    watch.begin(input);
    const problem = findProblem(() => read(input));
    const { user, system } = process.cpuUsage(began);
    const time = (user + system) / 1000;
    const grown = process.memoryUsage.rss() - before;
    slowest = Math.max(slowest, time);
    largest = Math.max(largest, grown);
    const what =
      problem ??
      (time > LONGEST ? `${Math.round(time)} ms` : grown > MOST_MEMORY ? `${Math.round(grown / 1e6)} MB` : undefined);
    if (what === undefined) continue;
    bad++;
    const hash = createHash('sha256').update(input).digest('hex').slice(0, 12);
    const file = path.join(FOLDER, `${name}-${hash}`);
    writeFileAtomically(file, input);
    console.log(`${name}: ${file}: ${what}`);
  }
  const figures = `slowest ${Math.round(slowest)} ms, at most ${Math.round(largest / 1e6)} MB`;
  console.log(`${name}: ${Math.min(count, number).toLocaleString('en')} inputs, ${bad} failures, ${figures}`);
  return bad;
}

function findProblem(body: () => void): string | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
