/** The runs of mktrouble that the campaign kills: long ones on each backend, with reports into files. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RuntimeName } from '../../src/model/runtime.ts';

export const BACKENDS = ['simulated', 'native', 'criu', 'oci'] as const;
export type BackendName = (typeof BACKENDS)[number];

const MANY = [...Array(5000).keys()];
const TREE = { pid: 100, children: [{ pid: 101 }, { pid: 102 }] };
/** A case that fails at once, so that there is something to replay and to keep. */
const FAILS = { scenario: 'Fails', tree: TREE, expect: { coordinator: 'EPERM' } };

/** A backend, and of `oci` the runtime. */
export interface Target {
  readonly backend: BackendName;
  readonly runtime?: RuntimeName;
}

/** By backend; of `oci` with this runtime. */
const scenarios = (runtime?: RuntimeName): Readonly<Record<BackendName, readonly object[]>> => ({
  simulated: [
    FAILS,
    { scenario: 'Many', tree: TREE, matrix: { n: MANY }, restart: { protocol: 'hardened' } },
    {
      scenario: 'Long',
      tree: TREE,
      restart: { protocol: 'hardened' },
      explore: { strategy: 'random', schedules: 1_000_000_000 },
    },
  ],
  // One protocol, so that the agent that is hit is the one at work.
  native: [
    { ...FAILS, restart: { protocol: 'hardened' } },
    { scenario: 'Many', tree: TREE, matrix: { n: MANY }, restart: { protocol: 'hardened' } },
  ],
  criu: [
    { ...FAILS, criu: {}, expect: { coordinator: 'failed' } },
    { scenario: 'Many', tree: { ...TREE, threads: [103] }, criu: { repeat: 1000 }, expect: { coordinator: 'ok' } },
  ],
  oci: [
    { ...FAILS, runtime: { name: runtime, rounds: ['leave-running'] }, expect: { coordinator: 'failed' } },
    { scenario: 'Many', tree: TREE, runtime: { name: runtime, repeat: 1000 }, expect: { coordinator: 'ok' } },
  ],
});

/** Ends soon: the run after one that was killed. */
const NEXT = { scenario: 'Next', tree: TREE, restart: { protocol: 'hardened' }, expect: { coordinator: 'ok' } };
const NEXT_CONTAINER = { scenario: 'Next', tree: { pid: 100 } };

/** Writes the scenario files below a folder. */
export function writeRuns(folder: string, runtimes: readonly RuntimeName[]): void {
  const write = (name: string, scenario: object) => writeFileSync(path.join(folder, name), JSON.stringify(scenario));
  const targets: Target[] = BACKENDS.filter((one) => one !== 'oci').map((backend) => ({ backend }));
  for (const target of [...targets, ...runtimes.map((runtime) => ({ backend: 'oci' as const, runtime }))])
    scenarios(target.runtime)[target.backend].forEach((scenario, i) => void write(longFile(target, i), scenario));
  for (const i of [1, 2]) {
    write(`next-${i}.yaml`, NEXT);
    for (const name of runtimes)
      write(`next-${name}-${i}.yaml`, { ...NEXT_CONTAINER, runtime: { name, rounds: ['exec'] } });
  }
}

function longFile({ backend, runtime }: Target, i: number): string {
  return `${runtime ?? backend}-${i}.yaml`;
}

/** The arguments of a run that lasts; with workers each has a file of its own. */
export function longRun(target: Target, workers: number): string[] {
  const files = scenarios()[target.backend].map((_, i) => longFile(target, i));
  return run(files, ['--backend', target.backend, '--parallel', String(workers)]);
}

/** The arguments of a run that ends soon, and finds what a killed one has left. */
export function nextRun({ backend, runtime }: Target): string[] {
  const files = [1, 2].map((i) => (runtime ? `next-${runtime}-${i}.yaml` : `next-${i}.yaml`));
  return run(files, ['--backend', backend === 'criu' ? 'simulated' : backend, '--parallel', '2']);
}

/** The files of reports, below the working folder. */
export const REPORTS = { json: 'out/report.json', junit: 'out/report.xml', html: 'out/report.html' };

function run(files: readonly string[], args: readonly string[]): string[] {
  const reporters = Object.entries(REPORTS).flatMap(([name, file]) => ['--reporter', `${name}=${file}`]);
  const folders = ['--replays', 'out/replays', '--keep', 'out/keep'];
  return ['run', ...files, '--reporter', 'spec', ...reporters, ...folders, ...args];
}
