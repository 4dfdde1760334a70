/** The runs of mktrouble that the campaign kills: long ones on each backend, with reports into files. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const BACKENDS = ['simulated', 'native', 'criu', 'oci'] as const;
export type BackendName = (typeof BACKENDS)[number];

const MANY = [...Array(5000).keys()];
const TREE = { pid: 100, children: [{ pid: 101 }, { pid: 102 }] };
/** A case that fails at once, so that there is something to replay and to keep. */
const FAILS = { scenario: 'Fails', tree: TREE, expect: { coordinator: 'EPERM' } };

/** By backend; of `oci` with this runtime. */
const scenarios = (runtime: string): Readonly<Record<BackendName, readonly object[]>> => ({
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

/** Writes the scenario files below a folder. `runtime`: the container runtime. */
export function writeRuns(folder: string, runtime = 'runc'): void {
  for (const [backend, all] of Object.entries(scenarios(runtime)))
    for (const [i, scenario] of all.entries())
      writeFileSync(path.join(folder, `${backend}-${i}.yaml`), JSON.stringify(scenario));
  for (const i of [1, 2]) {
    writeFileSync(path.join(folder, `next-${i}.yaml`), JSON.stringify(NEXT));
    const container = { scenario: 'Next', tree: { pid: 100 }, runtime: { name: runtime, rounds: ['exec'] } };
    writeFileSync(path.join(folder, `next-oci-${i}.yaml`), JSON.stringify(container));
  }
}

/** The arguments of a run that lasts; with workers each has a file of its own. */
export function longRun(backend: BackendName, workers: number): string[] {
  const files = scenarios('')[backend].map((_, i) => `${backend}-${i}.yaml`);
  return run(files, ['--backend', backend, '--parallel', String(workers)]);
}

/** The arguments of a run that ends soon, and finds what a killed one has left. */
export function nextRun(backend: BackendName): string[] {
  const files = backend === 'oci' ? ['next-oci-1.yaml', 'next-oci-2.yaml'] : ['next-1.yaml', 'next-2.yaml'];
  return run(files, ['--backend', backend === 'criu' ? 'simulated' : backend, '--parallel', '2']);
}

/** The files of reports, below the working folder. */
export const REPORTS = { json: 'out/report.json', junit: 'out/report.xml', html: 'out/report.html' };

function run(files: readonly string[], args: readonly string[]): string[] {
  const reporters = Object.entries(REPORTS).flatMap(([name, file]) => ['--reporter', `${name}=${file}`]);
  const folders = ['--replays', 'out/replays', '--keep', 'out/keep'];
  return ['run', ...files, '--reporter', 'spec', ...reporters, ...folders, ...args];
}
