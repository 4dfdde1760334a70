/** The trees that are searched: a star of healthy tasks under `series`, and one signal or SIGKILL to any task at any moment. */
import type { Case } from '../../src/model/case.ts';
import { defineScenario, type ScenarioDocument } from '../../src/scenario/index.ts';

export type FaultOfCase = 'none' | 'signal' | 'kill';

export const FAULT_NAMES: Readonly<Record<FaultOfCase, string>> = {
  none: 'healthy',
  signal: 'one signal to any task',
  kill: 'one SIGKILL to any task',
};

/** `3 tasks, healthy` */
export function nameCase(tasks: number, fault: FaultOfCase): string {
  return `${tasks} ${tasks === 1 ? 'task' : 'tasks'}, ${FAULT_NAMES[fault]}`;
}

/** The scenario, as its file would say it. */
export function writeScenario(tasks: number, fault: FaultOfCase): object {
  const targets = ['coordinator', ...Array.from({ length: tasks }, (_, i) => 100 + i)];
  const faults = { none: [], signal: [{ signal: 'SIGUSR1', to: targets }], kill: [{ kill: targets }] }[fault];
  return {
    scenario: nameCase(tasks, fault),
    tree: { generate: { shape: 'star', tasks } },
    restart: { protocol: 'series' },
    ...(faults.length > 0 ? { faults: faults.map((one) => ({ ...one, when: 'any' })) } : {}),
    explore: 'exhaustive',
  };
}

/** A star of tasks as one case, with these parts of a scenario beside it. */
export function starCase(tasks: number, more: Partial<ScenarioDocument>): Case {
  return defineScenario({ scenario: 'a star', tree: { generate: { shape: 'star', tasks } }, ...more })[0]!;
}
