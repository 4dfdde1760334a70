/**
 * Faults that fired in no run. A case exists for its faults: a fault that never fires leaves the case untested, however the
 * runs ended. Reported with the nearest events that did happen: the points
 * that were reached in any run, and how the first run ended.
 */
import type { Case, Fault, When } from '../model/case.ts';
import { type DeclaredFault, declaredFaults } from '../model/declared.ts';
import { FAULT_NEVER_FIRED } from '../properties/index.ts';
import type { CriuRecord } from '../record/criu.ts';
import { callText } from '../record/program-text.ts';
import { coordinatorOutcome, selectEvents, taskOutcome } from '../record/read.ts';
import type { Actor, RunRecord } from '../record/record.ts';
import type { RuntimeRecord } from '../record/runtime.ts';
import type { Tried, Violation } from '../record/verdict.ts';
import type { ExploreResult } from './tally.ts';
import { findPosition, runs } from './texts.ts';

/** The faults of a case that a schedule in words names. */
export function faultsOfSchedule({ faults }: Case, schedule: readonly string[]): ReadonlySet<string> {
  const names = faults.map(({ name }) => name);
  // A fault that has several targets says which: `signal-1 101`.
  return new Set(names.filter((name) => schedule.some((line) => line === name || line.startsWith(`${name} `))));
}

type Result = Pick<ExploreResult, 'fired' | 'reached' | 'awaited' | 'first' | 'tried'>;

/** A violation for each fault that had to fire in some run, and fired in none. */
export function faultsThatNeverFired(c: Case, result: Result): Violation[] {
  const { fired, awaited, first, tried } = result;
  return declaredFaults(c)
    .filter(({ name, optional }) => !fired.has(name) && !optional && (awaited?.has(name) ?? true))
    .map((declared): Violation => {
      const { title, path, fault } = declared;
      const tryings = triedText(tried);
      const moment = fault ? ` (${momentText(fault)})` : '';
      const nearest = first ? `: ${nearestText(declared, first.record, result)}` : '';
      return {
        property: FAULT_NEVER_FIRED.name,
        message: `${title}${moment} never fired in ${tryings}${nearest}`,
        expected: `${title} fires in some run`,
        actual: `never in ${tryings}`,
        ...(fault?.position ? { position: fault.position } : findPosition(c, path)),
      };
    });
}

/** `64 runs`; of a search that saw all: `any schedule`. */
function triedText({ schedules, complete }: Tried): string {
  return complete ? 'any schedule' : runs(schedules);
}

/** `when task 103 is at sync-3`, `call 7 of kmalloc`. */
function momentText({ when, failure, call }: Fault): string {
  const what = call === undefined ? failure : `call ${call} of ${failure}`;
  const moment = failure !== undefined && when.kind === 'any' ? undefined : whenText(when);
  return [what, moment].filter((text) => text !== undefined).join(' ');
}

function whenText(when: When): string {
  switch (when.kind) {
    case 'task':
      return `when task ${when.task} is at ${when.at}`;
    case 'coordinator':
      return `when the coordinator is at ${when.at}`;
    case 'criu':
      return `at ${when.at}`;
    case 'moment':
      return `at ${when.at}`;
    case 'after':
      return `after ${when.fault}`;
    case 'start':
      return 'at the start';
    case 'any':
      return 'at any moment';
  }
}

function nearestText({ fault }: DeclaredFault, record: RunRecord, result: Result): string {
  if (record.runtime) return nearestOfRuntime(record.runtime);
  if (record.criu) return nearestOfCriu(fault, record.criu);
  const nearest = fault ? nearestOfFault(fault, record, result) : [];
  return [...nearest, coordinatorText(record)].join('; ');
}

function nearestOfFault({ when, targets, failure }: Fault, record: RunRecord, { fired, reached }: Result): string[] {
  const ends = failure === undefined ? targetsText(targets, record) : [`no such call of ${failure} was made`];
  switch (when.kind) {
    case 'task':
    case 'coordinator': {
      const actor = when.kind === 'task' ? when.task : 'coordinator';
      const points = [...(reached.get(actor) ?? [])];
      if (points.includes(when.at)) return [`${nameActor(actor)} reached ${when.at}`, ...ends];
      return [`${nameActor(actor)} reached ${points.join(', ') || 'no point'}`, ...endText(actor, record)];
    }
    case 'after':
      return fired.has(when.fault) ? [`${when.fault} fired`, ...ends] : [`${when.fault} did not fire either`];
    default:
      return ends;
  }
}

/** How the targets ended that could not be hit. */
function targetsText(targets: readonly Actor[], record: RunRecord): string[] {
  return targets.slice(0, 3).flatMap((actor) => endText(actor, record));
}

function nameActor(actor: Actor): string {
  return actor === 'coordinator' ? 'the coordinator' : `task ${actor}`;
}

/** `task 101 ended as killed`; nothing of the coordinator: its end is reported anyway. */
function endText(actor: Actor, { final }: RunRecord): string[] {
  const task = typeof actor === 'number' ? final.tasks[actor] : undefined;
  return task ? [`task ${actor} ended as ${taskOutcome(task)}`] : [];
}

/** `the coordinator ended as EINVAL after tree`. */
function coordinatorText(record: RunRecord): string {
  const last = selectEvents(record, 'point').findLast(
    ({ actor, point }) => actor === 'coordinator' && point !== 'out' && point !== 'release',
  )?.point;
  return `the coordinator ended as ${coordinatorOutcome(record.final)}${last === undefined ? '' : ` after ${last}`}`;
}

/** How the calls of the runtime ended. */
function nearestOfRuntime({ runtime, runs }: RuntimeRecord): string {
  return runs.map(({ call, exit }) => `${runtime} ${call} ${exit === 0 ? 'succeeded' : 'failed'}`).join('; ');
}

/** Which stages were reached, and how the calls ended. */
function nearestOfCriu(fault: Fault | undefined, { dump, restore, stages }: CriuRecord): string {
  const at = fault?.when.kind === 'criu' ? fault.when.at : undefined;
  const isReached =
    at === 'before-dump' || (at === 'before-restore' && restore !== undefined) || (at && stages.includes(at));
  const seen = isReached
    ? `no target could be hit at ${at}`
    : stages.length > 0
      ? `CRIU reached ${stages.join(', ')}`
      : undefined;
  const calls = [dump, ...(restore ? [restore] : [])].map(callText);
  return [seen, ...calls].filter((text) => text !== undefined).join('; ');
}
