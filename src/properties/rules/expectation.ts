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
  const actual = judgedCoordinator(record);
  if (expected.length === 0 || actual === undefined || expected.includes(actual as CoordinatorOutcome))
    return undefined;
  return {
    property: name,
    message: `${record.runtime?.runtime ?? (record.criu ? 'CRIU' : 'the coordinator')} ends as ${actual}, not as ${expected.join(' or ')}`,
    expected: expected.join(' or '),
    actual,
    position: findPosition(c, 'expect.coordinator'),
  };
}

/** How the coordinator ended, where an expectation of it is judged. */
export function judgedCoordinator(record: RunRecord): string | undefined {
  const { end } = record.final.coordinator;
  if (!isOver(record) && (end === 'waiting' || end === 'crashed')) return undefined;
  return coordinatorOutcome(record.final);
}

function ofTask(c: Case, record: RunRecord, pid: number, expected: readonly TaskExpectation[]): Violation | undefined {
  const judged = judgedTask(c, record, pid);
  if (expected.length === 0 || judged === undefined) return undefined;
  if (expected.some((one) => isMet(c, pid, judged, one))) return undefined;
  const wanted = expected.map(({ outcome, at }) => (at === undefined ? outcome : `${outcome} at ${at}`)).join(' or ');
  const actual = `${judged.outcome}${judged.at === undefined ? '' : ` at ${judged.at}`}`;
  const place = findPosition(c, `expect.tasks.${pid}`, 'expect.tasks.all');
  return {
    property: name,
    message: `task ${pid} ends as ${actual}, not as ${wanted}`,
    expected: wanted,
    actual,
    position: place,
  };
}

/** The end of a task in the words of an expectation. */
export interface JudgedTask {
  readonly outcome: string;
  /** The point of the restart at which it waits. */
  readonly at?: string;
}

/** How a task ended, where an expectation of it is judged. */
export function judgedTask(c: Case, record: RunRecord, pid: number): JudgedTask | undefined {
  const final = record.final.tasks[pid] ?? (identify(c, pid) === pid ? undefined : caller(record.final));
  if (!isOver(record) && !(final && isFinal(final))) return undefined;
  return { outcome: taskOutcome(final), ...(final?.at !== undefined && { at: final.at }) };
}

/** Whether this end is final, however the run might have continued. */
function isFinal({ end }: TaskFinal): boolean {
  return end === 'returned' || end === 'killed' || end === 'zombie' || end === 'exited';
}

/** Whether this end is one that the case expects of the task. */
export function isMet(c: Case, pid: number, judged: JudgedTask, { outcome, at }: TaskExpectation): boolean {
  const wasDead = ['untouched', 'marked'].includes(judged.outcome) && readTree(c).tasks.get(pid)?.state === 'dead';
  if (outcome === 'exited' && wasDead) return true;
  return outcome === judged.outcome && (at === undefined || at === judged.at);
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
