/** Judges what the scenario itself expects of a run: how the coordinator ends, and each task. */
import type { Case, CoordinatorOutcome, Position, TaskExpectation } from '../../model/case.ts';
import { coordinatorOutcome, taskOutcome } from '../../record/read.ts';
import type { FinalState, RunRecord, TaskFinal } from '../../record/record.ts';
import type { Violation } from '../../record/verdict.ts';
import { isOver, type Property } from '../property.ts';
import { identify, readTree } from '../tree.ts';

/** What an unmet expectation is called where a violation names its property. */
export const EXPECTATION: Omit<Property, 'check'> = {
  name: 'expectation',
  title: "The scenario's expectations hold",
  statement:
    'The coordinator and each task that the scenario names end as one of the outcomes that it lists for them. In a run that a kernel defect stopped, only tasks that had already ended are judged.',
  source: 'docs/scenario-reference.md, `expect`',
  hint: 'Is the expectation wrong, or the restart? The violated properties, if any, show which.',
};

const { name } = EXPECTATION;

/** The expectations of the case that the record does not meet, with the place in the file that says otherwise. */
export function expectations(c: Case, record: RunRecord): Violation[] {
  const violations: Violation[] = [];
  const coordinator = ofCoordinator(c, record);
  if (coordinator) violations.push(coordinator);
  for (const [name, expected] of Object.entries(c.expect.tasks)) {
    const violation = ofTask(c, record, Number(name), expected);
    if (violation) violations.push(violation);
  }
  return violations;
}

function ofCoordinator(c: Case, record: RunRecord): Violation | undefined {
  const { coordinator: expected } = c.expect;
  const { end } = record.final.coordinator;
  if (expected.length === 0 || (!isOver(record) && (end === 'waiting' || end === 'crashed'))) return undefined;
  const actual = coordinatorOutcome(record.final);
  if (expected.includes(actual as CoordinatorOutcome)) return undefined;
  return {
    property: name,
    message: `${record.criu ? 'CRIU' : 'the coordinator'} ends as ${actual}, not as ${expected.join(' or ')}`,
    expected: expected.join(' or '),
    actual,
    position: findPosition(c, 'expect.coordinator'),
  };
}

function ofTask(c: Case, record: RunRecord, pid: number, expected: readonly TaskExpectation[]): Violation | undefined {
  const final = record.final.tasks[pid] ?? (identify(c, pid) === pid ? undefined : caller(record.final));
  if (expected.length === 0) return undefined;
  if (!isOver(record) && !(final && isFinal(final))) return undefined;
  if (expected.some((one) => isMet(c, pid, final, one))) return undefined;
  const wanted = expected.map(({ outcome, at }) => (at === undefined ? outcome : `${outcome} at ${at}`)).join(' or ');
  const actual = `${taskOutcome(final)}${final?.at === undefined ? '' : ` at ${final.at}`}`;
  const place = findPosition(c, `expect.tasks.${pid}`, 'expect.tasks.all');
  return {
    property: name,
    message: `task ${pid} ends as ${actual}, not as ${wanted}`,
    expected: wanted,
    actual,
    position: place,
  };
}

/** Whether this end is final, however the run might have continued. */
function isFinal({ end }: TaskFinal): boolean {
  return end === 'returned' || end === 'killed' || end === 'zombie' || end === 'exited';
}

function isMet(c: Case, pid: number, final: TaskFinal | undefined, { outcome, at }: TaskExpectation): boolean {
  const wasDead = final?.end === 'untouched' && readTree(c).tasks.get(pid)?.state === 'dead';
  if (outcome === 'exited' && wasDead) return true;
  return outcome === taskOutcome(final) && (at === undefined || at === final?.at);
}

/** The caller of a TASKSELF restart, as the task that it is. */
function caller({ coordinator: { end, at } }: FinalState): TaskFinal {
  return { end, marked: false, ...(at !== undefined && { at }) };
}

/** Where the file says it: the first of these paths, else the nearest word around them, that has a place. */
function findPosition(c: Case, ...paths: readonly string[]): Position {
  for (const path of [...paths, 'expect.tasks', 'expect']) {
    const position = c.positions[path];
    if (position) return position;
  }
  return c.position;
}
