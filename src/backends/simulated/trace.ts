/** Turns the model's notes into the events of a record. */
import type { Case, TaskId } from '../../model/case.ts';
import * as P from '../../protocol/checkpoint_types.ts';
import type { Actor, DebugEntry, DebugState, DebugType, Effect, Finding, RunEvent } from '../../record/record.ts';
import * as L from './kernel/layout.ts';
import { m } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';
import { PAST_PIDS_ARR, PRINTED_PAST_PIDS_ARR, PRINTED_UNREAD_PIDS } from './outcome.ts';
import { FAILURE_NAMES, pointName } from './world.ts';

/** Names of wait queues and completions, by their field. */
const QUEUES: Readonly<Record<number, string>> = {
  [P.WAITQ]: 'waitq',
  [P.GHOSTQ]: 'ghostq',
  [P.COMPLETE]: 'complete',
  [P.ERRNO_SYNC]: 'errno_sync',
  [P.ONSTACK]: 'own queue',
};

/** Reads that a run survives, by the model's note. */
const READS: ReadonlyMap<string, Finding> = new Map([
  ['out-of-bounds', PAST_PIDS_ARR],
  ['out-of-bounds-at-free', PRINTED_PAST_PIDS_ARR],
  ['uninitialized-read', PRINTED_UNREAD_PIDS],
]);

function decodeType(status: number): DebugType {
  if (status & P.RESTART_DBG_COORD) return 'Coord';
  if (status & P.RESTART_DBG_ROOT) return 'Root';
  return status & P.RESTART_DBG_GHOST ? 'Ghost' : 'Task';
}

/** The state as restore_debug_free() prints it: the first that fits, in its order. */
function decodeState(status: number): DebugState {
  if (status & P.RESTART_DBG_WAITING) return 'Waiting';
  if (status & P.RESTART_DBG_RUNNING) return 'Running';
  if (status & P.RESTART_DBG_FAILED) return 'Failed';
  if (status & P.RESTART_DBG_SUCCESS) return 'Success';
  return status & P.RESTART_DBG_EXITED ? 'Exited' : 'Waiting';
}

export class Tracer {
  events: RunEvent[] = [];
  private step = 0;
  private mover = 0;
  private readonly case: Case;
  private readonly world: World;
  private readonly lanes: readonly TaskId[];

  constructor(c: Case, world: World, lanes: readonly TaskId[]) {
    this.case = c;
    this.world = world;
    this.lanes = lanes;
  }

  clear(): void {
    this.events = [];
    this.step = 0;
  }

  /** A step of this actor begins. */
  begin(actor: number): void {
    this.step++;
    this.mover = actor;
  }

  /** A kernel defect showed. */
  oops(finding: Finding): void {
    const actor: Actor = this.lanes[this.mover] ?? 'environment';
    this.events.push({ step: this.step, actor, kind: 'finding', finding });
  }

  /** A task by its pointer. */
  private actorAt(task: number): TaskId {
    return this.lanes[(task - this.world.firstTask) / this.world.taskWords]!;
  }

  readonly hear = (kind: string, actor: number, a: number, b: number, ctx: number): void => {
    // Events in another restart's context do not belong in this record.
    if (ctx !== L.NULL && ctx !== this.world.ctx) return;
    const read = READS.get(kind);
    if (read) return this.oops(read);
    const effect = this.effect(kind, a, b);
    if (!effect) return;
    this.events.push({ step: this.step, actor: actor === L.NULL ? 'environment' : this.actorAt(actor), ...effect });
  };

  private effect(kind: string, a: number, b: number): Effect | undefined {
    switch (kind) {
      case 'point':
        return { kind, point: pointName(a) as Exclude<ReturnType<typeof pointName>, '' | undefined> };
      case 'call':
        return { kind, pid: a, flags: b };
      case 'visit':
      case 'wake':
      case 'detach':
        return { kind, task: this.actorAt(a) };
      case 'reparent':
        return { kind, task: this.actorAt(a), ...(b === L.NULL ? {} : { to: this.actorAt(b) }) };
      case 'call-failed':
        return { kind, call: FAILURE_NAMES[a]!, error: b };
      case 'frozen':
        return { kind, task: this.actorAt(a) };
      case 'mark':
        return b === this.world.ctx ? { kind, task: this.actorAt(a) } : undefined;
      case 'unmark':
      case 'restore-begin':
      case 'threads-passed':
      case 'success':
      case 'user':
        return { kind };
      case 'sleep':
      case 'interrupted':
        return { kind, on: QUEUES[a] ?? 'queue' };
      case 'kill':
        return { kind: 'signal', task: this.actorAt(a), signal: 'SIGKILL', force: true };
      case 'activate':
        return this.activation(a);
      case 'restore-end':
        return a < 0 ? { kind, error: a } : { kind, record: a };
      case 'done':
        return { kind, left: a };
      case 'total':
        return { kind, tasks: a };
      case 'error':
        return { kind, error: a, first: b === 1 };
      case 'complete':
        return { kind, what: QUEUES[a]! };
      case 'get':
      case 'put':
        return b === this.world.ctx ? { kind, references: a } : undefined;
      case 'free':
        return a === this.world.ctx ? { kind } : undefined;
      case 'status':
        return { kind, status: decodeState(a) };
      case 'status-list':
        return { kind, entries: this.statusList() };
      case 'fork':
        return { kind, child: Number(this.actorAt(a)), inherits: m[a + P.CHECKPOINT_CTX] === this.world.ctx };
      case 'fork-failed':
        return { kind, error: a };
      case 'return':
        return { kind, result: a };
      case 'exit':
        return this.exit(a);
      case 'fault':
        return this.fault(a, b);
      case 'log':
        return { kind, text: `[err ${a}]` };
      default:
        throw new Error(`a note of unknown kind: ${kind}`);
    }
  }

  private activation(index: number): Effect {
    const { pids } = this.world;
    return index >= 0 && index < pids.length
      ? { kind: 'activate', index, pid: pids[index]! }
      : { kind: 'activate', index };
  }

  private exit(how: number): Effect {
    if (how === L.KILLED) return { kind: 'exit', how: 'killed', code: 9 };
    const code = this.world.exitCode[this.mover] ?? 0;
    return { kind: 'exit', how: how === P.WAS_ZOMBIE ? 'zombie' : 'exited', code };
  }

  private fault(number: number, target: number): Effect {
    const fault = this.case.faults[number]!;
    const base = { kind: 'fault' as const, fault: fault.name, verb: fault.verb };
    return target === L.NULL ? base : { ...base, target: this.actorAt(target) };
  }

  private statusList(): DebugEntry[] {
    const entries: DebugEntry[] = [];
    this.lanes.forEach((task, i) => {
      const status = m[this.world.firstTask + i * this.world.taskWords + P.STATUS]!;
      if (status !== 0) entries.push({ task, type: decodeType(status), state: decodeState(status) });
    });
    return entries;
  }
}
