/** How a run ended, read from the machine's memory. */
import * as P from '../../protocol/checkpoint_types.ts';
import {
  SEEN_ACTIVATED,
  SEEN_OUT_OF_BOUNDS,
  SEEN_PRINTED_PAST_END,
  SEEN_PRINTED_UNREAD,
} from '../../protocol/trace.ts';
import { coordinatorFinal } from '../../record/read.ts';
import type { FinalState, Finding, TaskFinal } from '../../record/record.ts';
import type { Outcome } from '../backend.ts';
import * as L from './kernel/layout.ts';
import { MEMORY_DEFECTS } from './kernel/memory.ts';
import { POINT_EXIT } from './kernel/world.ts';
import type { SimulatedMachine } from './machine.ts';
import { isTaskself, pointName } from './world.ts';

/** The function in which a step lies, from its name. */
function parseFunction(label: string): string {
  return label.slice(0, label.indexOf(':'));
}

/** get_active_pid() is the one place that reads pids_arr by active_pid. */
export const PAST_PIDS_ARR: Finding = { kind: 'out-of-bounds', at: 'get_active_pid' };

/** What the debug build's restore_debug_free() prints. */
export const PRINTED_PAST_PIDS_ARR: Finding = { kind: 'out-of-bounds', at: 'restore_debug_free' };
export const PRINTED_UNREAD_PIDS: Finding = { kind: 'uninitialized-read', at: 'restore_debug_free' };

/** Reads that a run survives, each with its bit. */
const READS: readonly (readonly [number, Finding])[] = [
  [SEEN_OUT_OF_BOUNDS, PAST_PIDS_ARR],
  [SEEN_PRINTED_UNREAD, PRINTED_UNREAD_PIDS],
  [SEEN_PRINTED_PAST_END, PRINTED_PAST_PIDS_ARR],
];

/** A read past pids_arr, the kernel defect that stopped the run, and the reference that no task drops; most runs have none. */
export function collectFindings(machine: SimulatedMachine): Finding[] {
  const m = machine.state;
  const past = READS.filter(([bit]) => (m[P.SEEN]! & bit) !== 0).map(([, finding]) => finding);
  if (m[L.OOPS] !== 0) {
    const label = machine.compiled.labels[m[L.OOPS_AT]! - 1] ?? '';
    return [...past, { kind: MEMORY_DEFECTS[m[L.OOPS]! - 1]!, at: parseFunction(label), detail: label }];
  }
  const { ctx } = machine.world;
  if (m[ctx + L.LIFE] === 1 && m[ctx + P.REFCOUNT]! > heldReferences(machine)) {
    return [
      ...past,
      {
        kind: 'reference-leak',
        at: 'ckpt_ctx_put',
        detail: `${m[ctx + P.REFCOUNT]! - heldReferences(machine)} too many`,
      },
    ];
  }
  return past;
}

/** References that a remaining task may still drop: those of tasks that have the context, and of tasks inside restart. */
function heldReferences(machine: SimulatedMachine): number {
  const m = machine.state;
  const { ctx, firstTask, nrTasks, taskWords } = machine.world;
  let held = 0;
  for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
    const state = m[task + L.STATE]!;
    if (state === L.DEAD || state === L.UNBORN) continue;
    if (m[task + P.CHECKPOINT_CTX] === ctx) held++;
    const inside = state !== L.USER && state !== L.FROZEN && state !== L.IDLE && (m[task + L.FLAGS]! & P.CALLED) !== 0;
    if (inside && m[task + L.RESULT] === L.NO_RESULT && (i === 0 || m[task + P.CHECKPOINT_CTX] === ctx)) held++;
  }
  return held;
}

function classifyEnd(machine: SimulatedMachine, task: number): TaskFinal['end'] {
  const m = machine.state;
  const flags = m[task + L.FLAGS]!;
  switch (m[task + L.STATE]) {
    case L.DEAD:
      if (m[task + L.POINT] !== POINT_EXIT) return 'untouched';
      if ((flags & L.KILLED) !== 0) return 'killed';
      return (flags & P.WAS_ZOMBIE) !== 0 ? 'zombie' : 'exited';
    case L.USER:
      return 'returned';
    case L.FROZEN:
      return 'frozen';
    case L.IDLE:
      return 'untouched';
    case L.STOPPED:
      return (flags & L.IN_USER) !== 0 ? 'untouched' : 'waiting';
    case L.SLEEPING:
    case L.DEEPLY:
    case L.KILLABLE:
      return 'waiting';
    default:
      return m[L.OOPS] !== 0 && task === machine.crashed ? 'crashed' : 'running';
  }
}

function taskFinal(machine: SimulatedMachine, task: number): TaskFinal {
  const m = machine.state;
  const end = classifyEnd(machine, task);
  const at = pointName(m[task + L.POINT]!);
  const result = m[task + L.RESULT]!;
  const record = m[task + P.RECORD]!;
  return {
    end,
    ...(end === 'waiting' && at ? { at } : {}),
    ...(result === L.NO_RESULT ? {} : { result }),
    ...(record === 0 ? {} : { record: record - 1 }),
    marked: (m[task + L.FLAGS]! & P.MARKED) !== 0,
  };
}

/** The completed restores in their order: records are read one after the other. */
function listRestores(machine: SimulatedMachine): [number, number][] {
  const m = machine.state;
  const { firstTask, nrTasks, taskWords, pid } = machine.world;
  const restores: [number, number][] = [];
  for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
    const record = m[task + P.RECORD]!;
    if (record !== 0) restores.push([pid[i]!, record - 1]);
  }
  return restores.sort((a, b) => a[1] - b[1]);
}

/** The final state of a record. */
export function finalState(machine: SimulatedMachine): FinalState {
  const { state: m, world, subject } = machine;
  const tasks: Record<number, TaskFinal> = {};
  if (isTaskself(subject)) tasks[world.pid[0]!] = taskFinal(machine, world.firstTask);
  for (let i = 1; i < world.nrTasks; i++) {
    const task = machine.taskOf(i);
    if (m[task + L.STATE] !== L.UNBORN) tasks[world.pid[i]!] = taskFinal(machine, task);
  }
  const life = m[world.ctx + L.LIFE]!;
  return {
    coordinator: coordinatorFinal(taskFinal(machine, world.firstTask)),
    tasks,
    restores: listRestores(machine),
    ...(life === 0
      ? {}
      : {
          context: {
            owner: 'coordinator' as const,
            freed: life === 2,
            references: life === 2 ? 0 : m[world.ctx + P.REFCOUNT]!,
          },
        }),
  };
}

/** The end of a run as `mktrouble outcomes` says it. A run that a kernel defect stopped has no ends: where the others stood is chance. */
export function buildOutcome(machine: SimulatedMachine): Outcome {
  const m = machine.state;
  const findings = collectFindings(machine).map(({ kind, at }) => ({ kind, at }));
  if (m[L.OOPS] !== 0) {
    const seen = seenBeforeStop(machine);
    return { coordinator: { end: 'stopped' }, tasks: {}, restores: [], context: null, findings, seen };
  }
  const final = finalState(machine);
  const tasks: Record<string, Outcome['tasks'][string]> = {};
  for (const [pid, { marked: _, ...end }] of Object.entries(final.tasks)) tasks[pid] = end;
  return {
    coordinator: final.coordinator,
    tasks,
    restores: final.restores,
    context: final.context ? { references: final.context.references } : null,
    findings,
    seen: packSeen(machine),
  };
}

/** Bits of `seen` that are read off the end: below are those of trace.ts, SUCCESS and ERROR, and the error that was recorded. */
const MARKED_ALIVE = 1 << 22;
const ASLEEP_FOR_GOOD = 1 << 23;
const LISTED_UNFINISHED = 1 << 24;
const KILLED_ALIVE = 1 << 26;
const LISTED_WRONGLY = 1 << 27;

/**
 * Distinguishes runs with equal ends that the properties judge differently: bits seen on the way, the recorded error, and
 * what the outcome omits of the end itself. A whole number below 2^53.
 */
function packSeen(machine: SimulatedMachine): number {
  const { state: m, world } = machine;
  const { ctx } = world;
  let bits = m[P.SEEN]! | readDecision(m, ctx);
  let others = 0;
  for (let i = 0; i < world.nrTasks; i++) {
    const task = machine.taskOf(i);
    const flags = m[task + L.FLAGS]!;
    const state = m[task + L.STATE]!;
    if ((flags & (P.MARKED | L.EXIT_STATE)) === P.MARKED) bits |= MARKED_ALIVE;
    if ((flags & P.MARKED) !== 0 && classifyEnd(machine, task) === 'untouched') others = (others * 31 + i) & 0xfffff;
    if ((m[task + L.PENDING]! & L.SIG_KILL) !== 0 && state !== L.DEAD && state !== L.FROZEN) bits |= KILLED_ALIVE;
    if (state === L.DEEPLY) bits |= ASLEEP_FOR_GOOD;
    if (m[ctx + L.LIFE] === 2 && isUnfinished(m[task + P.STATUS]!)) bits |= LISTED_UNFINISHED;
    if (m[ctx + L.LIFE] === 2 && isListedWrongly(m[task + P.STATUS]!, m[task + L.RESULT]!)) bits |= LISTED_WRONGLY;
  }
  return bits + 2 ** 32 * others;
}

/** SUCCESS and ERROR, and the error that was recorded. */
function readDecision(m: Int32Array, ctx: number): number {
  const decided = m[ctx + P.KFLAGS]! & (P.CKPT_CTX_SUCCESS | P.CKPT_CTX_ERROR);
  return (decided << 6) | ((-m[ctx + P.ERRNO]! & 0x3ff) << 12);
}

/** The same of a run that a kernel defect stopped: what had happened by then, and whether the coordinator had its result. */
function seenBeforeStop({ state: m, world }: SimulatedMachine): number {
  const result = m[world.firstTask + L.RESULT]!;
  const seen = m[P.SEEN]! & ~SEEN_ACTIVATED;
  return result === L.NO_RESULT ? seen : (seen | readDecision(m, world.ctx)) + 2 ** 32 * (1 + (result & 0xffff));
}

/** (debug build) Whether the entry shows a task that has not finished. */
function isUnfinished(status: number): boolean {
  return (status & (P.RESTART_DBG_WAITING | P.RESTART_DBG_RUNNING)) !== 0;
}

/** (debug build) Whether the entry shows another end than the one that restart gave the task. */
function isListedWrongly(status: number, result: number): boolean {
  if (result === L.NO_RESULT) return false;
  return (status & (result < 0 ? P.RESTART_DBG_SUCCESS : P.RESTART_DBG_FAILED)) !== 0;
}
