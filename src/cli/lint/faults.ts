/** Faults that never fire. A run of the case says so as well, as a failure; lint says it without the search. */
import type { SchedulableBackend } from '../../backends/backend.ts';
import { whyNot } from '../../injector/index.ts';
import { defaultMaxSteps } from '../../injector/run-case.ts';
import type { Case } from '../../model/case.ts';
import { firedIn } from '../../record/read.ts';
import type { RunRecord } from '../../record/record.ts';
import { findPosition, type LintFinding } from './finding.ts';

/** Runs of a case until each of its faults has come: so many, fewer for large trees. */
const RUNS = 400;
const TASKS_IN_ALL = 8_000;

/** Runs the case at random, with seeds of its own, until every fault was seen. A case that the backend can't do says nothing. */
export async function silentFaults(c: Case, backend: SchedulableBackend): Promise<LintFinding[]> {
  if (c.faults.length === 0 || (await whyNot(backend, c)) !== undefined) return [];
  const silent = new Map(c.faults.filter(({ optional }) => !optional).map((fault) => [fault.name, fault]));
  const runs = Math.max(20, Math.min(RUNS, Math.floor(TASKS_IN_ALL / c.tasks.length)));
  let made = 0;
  while (made < runs && silent.size > 0) {
    const seed = `lint/${made}`;
    const record = await runOnce(c, seed, backend);
    for (const name of firedIn(record)) silent.delete(name);
    made += 1;
  }
  return [...silent.values()].map((fault) => ({
    rule: 'fault-never-fires',
    position: fault.position ?? findPosition(c, 'faults'),
    message: `${fault.name} never fired in ${made} runs${Object.keys(c.matrix).length > 0 ? ` of ${c.title}` : ''}`,
    hint: 'is its moment ever there? mktrouble run shows the way that the restart takes',
  }));
}

function runOnce(c: Case, seed: string, backend: SchedulableBackend): Promise<RunRecord> {
  return backend.run({ case: c, protocol: c.restart.protocol, maxSteps: defaultMaxSteps(c), seed });
}
