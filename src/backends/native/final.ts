/**
 * How each task ended: from the kernel (/proc at the end, wait status), and only where it cannot know, as which value
 * restart gave, what the driver around the engine saw. Where kernel and engine contradict each other it is a finding.
 */
import type { Case } from '../../model/case.ts';
import { type Point, TASK_POINT_NAMES } from '../../model/points.ts';
import { coordinatorFinal } from '../../record/read.ts';
import type { FinalState, Finding, RunEvent, TaskFinal } from '../../record/record.ts';
import { itemAt } from '../agent/answer.ts';
import type { Actor, Cast } from './actors.ts';
import { isTaskself } from './actors.ts';
import type { ActorReport, Report } from './report.ts';

const SIGKILL = 9;

/** The final state; findings are added for contradictions and leaks. */
export function buildFinal(
  report: Report,
  c: Case,
  cast: Cast,
  events: readonly RunEvent[],
  findings: Finding[],
): FinalState {
  const tasks: Record<number, TaskFinal> = {};
  const { actors } = report;
  const finalOfActor = (i: number): TaskFinal =>
    taskFinal(report, itemAt(cast.actors, i, 'actors'), actors[i]!, findings);
  const coordinator = finalOfActor(0);
  if (isTaskself(c)) tasks[actors[0]!.pid] = coordinator;
  actors.forEach((actor, i) => {
    if (i > 0 && actor.engine !== 'unborn') tasks[actor.pid] = finalOfActor(i);
  });
  const { context } = report;
  if (report.end === 'over' && context && !context.freed && context.references > heldReferences(actors)) {
    const detail = `${context.references - heldReferences(actors)} too many`;
    findings.push({ kind: 'reference-leak', at: 'ckpt_ctx_put', detail });
  }
  if (report.end === 'late')
    findings.push({ kind: 'hang', at: whereabouts(actors, cast), detail: 'no step within the time limit' });
  return {
    coordinator: coordinatorFinal(coordinator),
    tasks,
    restores: listRestores(events, actors[0]!.pid),
    ...(context && {
      context: { owner: 'coordinator', freed: context.freed, references: context.freed ? 0 : context.references },
    }),
  };
}

/** Whether the kernel says so. */
export function isDead({ state }: Pick<ActorReport, 'state'>): boolean {
  return state === undefined || state === 'Z' || state === 'X';
}

function taskFinal(report: Report, cast: Actor, actor: ActorReport, findings: Finding[]): TaskFinal {
  const end = isDead(actor) ? endOfDead(cast, actor, findings) : endOfLiving(report, actor, findings);
  const at = actor.point === 'start' ? undefined : (actor.point as Point);
  return {
    end,
    ...(end === 'waiting' && at !== undefined && { at }),
    ...(actor.result !== undefined && { result: actor.result }),
    ...(actor.record >= 0 && { record: actor.record }),
    marked: actor.marked,
  };
}

/** The wait status distinguishes a death by SIGKILL from an exit; whether an exit was a restored zombie's only the engine knows. */
function endOfDead(cast: Actor, actor: ActorReport, findings: Finding[]): TaskFinal['end'] {
  if (cast.task?.state === 'dead') return 'untouched';
  const { status, how } = actor;
  const signal = status === undefined ? undefined : status & 0x7f;
  if (signal !== undefined && signal !== 0 && signal !== SIGKILL) {
    findings.push({ kind: 'crash', at: actor.point, detail: `task ${actor.pid} died of ${describeDeath(status)}` });
    return 'crashed';
  }
  if (actor.engine !== 'dead' && actor.engine !== 'user') {
    const detail = `task ${actor.pid} is dead (${describeDeath(status)}), and the engine does not know`;
    findings.push({ kind: 'disagreement', at: actor.point, detail });
    return signal === SIGKILL ? 'killed' : 'crashed';
  }
  // A thread has no status of its own; that of a whole group stands for its leader.
  const isTold = cast.leader === cast && signal !== undefined && !leftBefore(actor);
  const byKill = isTold ? signal === SIGKILL : how === 'killed';
  if (byKill !== (how === 'killed')) {
    findings.push({
      kind: 'disagreement',
      at: actor.point,
      detail: `task ${actor.pid}: wait says ${describeDeath(status)}`,
    });
  }
  if (byKill) return 'killed';
  return how === 'zombie' ? 'zombie' : 'exited';
}

/** A leader that had left before its group was killed has the group's status. */
function leftBefore({ how, status }: ActorReport): boolean {
  return how !== 'killed' && status === SIGKILL;
}

function describeDeath(status: number | undefined): string {
  if (status === undefined) return 'no status';
  return (status & 0x7f) !== 0 ? `signal ${status & 0x7f}` : `exit ${status >> 8}`;
}

function endOfLiving(report: Report, actor: ActorReport, findings: Finding[]): TaskFinal['end'] {
  const { engine, state, frozen, called, pid } = actor;
  if (engine === 'dead') {
    findings.push({ kind: 'disagreement', at: actor.point, detail: `task ${pid} should be dead, and is ${state}` });
    return 'running';
  }
  if (report.end !== 'over' && (engine === 'running' || engine === 'prepared')) {
    return report.end === 'crashed' ? 'crashed' : 'running';
  }
  // A run that was stopped in the middle left things undone.
  const isOver = report.end === 'over';
  const isStopped = state === 'T' || state === 't';
  switch (engine) {
    case 'user':
      return 'returned';
    case 'idle':
      return 'untouched';
    case 'frozen':
      if (isOver && !frozen && !isStopped)
        findings.push({ kind: 'disagreement', at: actor.point, detail: `task ${pid} is not frozen` });
      return 'frozen';
    case 'stopped':
      if (isOver && !isStopped)
        findings.push({ kind: 'disagreement', at: actor.point, detail: `task ${pid} is not stopped` });
      return called ? 'waiting' : 'untouched';
    default:
      return 'waiting';
  }
}

/** References that a remaining task may still drop: those of tasks that have the context, and of tasks inside restart. */
function heldReferences(actors: readonly ActorReport[]): number {
  let held = 0;
  actors.forEach((actor, i) => {
    if (isDead(actor) || actor.engine === 'unborn') return;
    if (actor.has) held++;
    const { engine, called, result } = actor;
    const isOut = engine === 'user' || engine === 'frozen' || engine === 'idle' || !called;
    if (!isOut && result === undefined && (i === 0 || actor.has)) held++;
  });
  return held;
}

/** The completed restores in their order. */
function listRestores(events: readonly RunEvent[], coordinatorPid: number): [number, number][] {
  const restores: [number, number][] = [];
  for (const event of events) {
    if (event.kind !== 'restore-end' || event.record === undefined) continue;
    restores.push([event.actor === 'coordinator' ? coordinatorPid : Number(event.actor), event.record]);
  }
  return restores;
}

/** The tasks that hung, and where, in a line. */
function whereabouts(actors: readonly ActorReport[], cast: Cast): string {
  const points: readonly string[] = TASK_POINT_NAMES;
  const hanging = actors.flatMap((actor, i) =>
    isDead(actor) || actor.engine === 'user' || (i > 0 && !points.includes(actor.point))
      ? []
      : [`${cast.actors[i]!.id} at ${actor.point} (${actor.state}, ${actor.wchan || 'running'})`],
  );
  return hanging.join(', ') || 'no task';
}
