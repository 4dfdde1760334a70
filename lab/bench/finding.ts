/** How soon a search of five tasks reports its first finding, how soon that is small, and what a pinned schedule costs. */
import { simulated } from '../../src/backends/simulated/index.ts';
import { runCase } from '../../src/injector/index.ts';
import type { Case } from '../../src/model/case.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { defineScenario } from '../../src/scenario/index.ts';
import { median, type Row, type Section } from './row.ts';

const [FIVE_TASKS] = defineScenario({
  scenario: 'Five tasks, one traced, one a zombie, a signal and a kill at any moment, and a bogus pid',
  tree: {
    pid: 100,
    children: [
      { pid: 101, children: [{ pid: 102, 'traced-by': 'outsider' }] },
      { pid: 103, state: 'zombie' },
      { pid: 104 },
    ],
  },
  image: { pids: [100, 101, 102, 103, 999] },
  faults: [
    { kill: [100, 101, 104], when: 'any' },
    { signal: 'SIGUSR1', to: [100, 101, 104], when: 'any' },
  ],
  explore: 'exhaustive',
  expect: { coordinator: 'ESRCH' },
}) as [Case];

export const finding: Section = {
  name: 'finding',
  title: 'A finding in a large search under series, in the process that runs it',
  async run(smoke) {
    const began = performance.now();
    let first: number | undefined;
    const onProgress = ({ finding: found }: { readonly finding?: unknown }): void => {
      if (found) first ??= performance.now() - began;
    };
    const verdict = await runCase(FIVE_TASKS, { backend: simulated(), onProgress });
    const shrunk = performance.now() - began;
    if (verdict.status !== 'fail' || first === undefined) throw new Error(`no finding: ${verdict.status}`);
    const tasks = verdict.case?.tasks.length ?? 0;
    return [
      { name: 'five tasks: first finding', value: first / 1000, unit: 's', limit: 3 },
      {
        name: 'five tasks: the finding is shrunk',
        value: shrunk / 1000,
        unit: 's',
        limit: 15,
        detail: `${tasks} tasks, ${verdict.violations[0]!.property}`,
      },
      await pinnedRow(verdict, smoke ? 5 : 30),
    ];
  },
};

/** The same run as a replay follows it, and as a scenario that pins its schedule. */
async function pinnedRow({ case: c, record, protocol }: Verdict, runs: number): Promise<Row> {
  const schedule = record?.schedule;
  if (!c || !schedule) throw new Error('the finding has no schedule');
  const pinned: Case = { ...c, explore: { strategy: 'replay', schedules: 1, depth: 1, schedule } };
  const ratios: number[] = [];
  await runCase(c, { backend: simulated(), protocol, schedule });
  for (let i = 0; i < runs; i++) {
    const replayed = await measureTime(() => runCase(c, { backend: simulated(), protocol, schedule }));
    ratios.push((await measureTime(() => runCase(pinned, { backend: simulated(), protocol }))) / replayed);
  }
  return { name: 'a pinned schedule, by a replay', value: median(ratios), unit: '×', limit: 1.2 };
}

async function measureTime(body: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await body();
  return performance.now() - began;
}
