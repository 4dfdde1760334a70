/** The same seed gives the same verdicts, records included, with any number of workers: `mktrouble run --parallel`, compared with one worker. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { FOLDER, run } from './child.ts';
import type { Row, Section } from './row.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const WORKERS = [1, 2, 4];

export const workers: Section = {
  name: 'workers',
  title: 'The same seed with any number of workers',
  async run(smoke) {
    const pace = smoke ? [] : [measurePace()];
    const suite = path.join(ROOT, 'scenarios', smoke ? 'ptrace' : '');
    const reports = WORKERS.map((number) => buildReport(suite, number));
    for (const [i, report] of reports.entries()) {
      if (report !== reports[0]) throw new Error(`${WORKERS[i]} workers: other verdicts than with one`);
    }
    const cases = JSON.parse(reports[0]!).length;
    return [
      {
        name: `verdicts that differ between ${WORKERS.join(', ')} workers`,
        value: 0,
        unit: `of ${cases}`,
        limit: 0,
      } satisfies Row,
      ...pace,
    ];
  },
};

interface Reported {
  readonly id: string;
  readonly duration: number;
}

/** The report without what is of the clock, in the order of the cases. */
function buildReport(suite: string, number: number): string {
  const file = path.join(FOLDER, `workers-${number}.json`);
  const bin = path.join(ROOT, 'dist/src/cli/bin.js');
  const { code, out } = run(process.execPath, [
    bin,
    'run',
    suite,
    '--backend',
    'simulated',
    '--seed',
    '7',
    '--parallel',
    String(number),
    '--replays',
    FOLDER,
    '--records',
    'all',
    '--reporter',
    `json=${file}`,
  ]);
  if (code !== 0 && code !== 1) throw new Error(`mktrouble run ended with ${code}\n${out}`);
  const cases: Reported[] = JSON.parse(readFileSync(file, 'utf8')).cases;
  return JSON.stringify(cases.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ duration: _, ...verdict }) => verdict));
}

/** The suite that ships in one process, and with the number of workers that a run gets by itself. */
function measurePace(): Row {
  const time = (...more: string[]): number => {
    const begun = performance.now();
    const args = ['run', path.join(ROOT, 'scenarios'), '--replays', path.join(FOLDER, 'pace'), ...more];
    const { code, out } = run(process.execPath, [path.join(ROOT, 'dist/src/cli/bin.js'), ...args]);
    if (code !== 0) throw new Error(`mktrouble run ended with ${code}\n${out}`);
    return performance.now() - begun;
  };
  const serial = Math.min(time('--parallel', '1'), time('--parallel', '1'));
  const chosen = Math.min(time(), time());
  return {
    name: `the suite that ships, by default compared with one process (${availableParallelism()} cores)`,
    value: Math.round((serial / chosen) * 100) / 100,
    unit: 'times as fast',
    // Two cores do not have to be twice as fast, but the default must not be slower.
    ...(availableParallelism() > 1 && { atLeast: 1.1 }),
  };
}
