/**
 * Which steps may be taken alone: no other actor, now or later before the task moves, can disable the step or end otherwise
 * for its being first (a persistent singleton). Each rule names a field and the functions that touch it; a step that no rule
 * names is never taken alone. docs/exploration.md argues for each rule, and test/explore compares reduced and full search,
 * with the rules as they are and with each of them loosened.
 */
import * as P from '../../protocol/checkpoint_types.ts';
import type { ProtocolFacts } from '../../protocol/stacks.ts';
import { FAIL_READ } from '../../protocol/world.ts';
import type { Compiled } from './compile/link.ts';
import { canStillFire, type Event, VERBS } from './faults.ts';
import { READ } from './kernel/access.ts';
import * as L from './kernel/layout.ts';
import { FAIL_KMALLOC, POINT_EXIT, type World } from './kernel/world.ts';

/** When a step is taken alone, by name; see `Reduction.alone`. */
const CONDITIONS = {
  never: 0,
  /** No other actor can observe when it happens. */
  always: 1,
  ownLock: 2,
  othersLock: 3,
  ownCtxRead: 4,
  ownCtxWritten: 5,
  flagsTestedForError: 6,
  flagsTestedForEnd: 7,
  errorSet: 8,
  logLock: 9,
  errnoRead: 10,
  imageRead: 11,
  referenceDropped: 12,
  userSpace: 13,
  completion: 14,
  kill: 15,
  allocation: 16,
  lateTotal: 17,
  statusChanged: 18,
} as const;
export type Condition = keyof typeof CONDITIONS;
export const CONDITION_NAMES = Object.keys(CONDITIONS) as Condition[];

interface Rule {
  readonly field: keyof typeof L | keyof typeof P;
  /** The functions of the protocol, or the primitives of the kernel that they call, whose steps these are. */
  readonly in: readonly string[];
  readonly alone: Condition;
  /** Only steps that touch the task itself, or only those that touch another one. */
  readonly own?: boolean;
  /** Only steps that read (or only those that do not). */
  readonly reads?: boolean;
  /** Only for protocols of which this is true. */
  readonly when?: (protocol: ProtocolFacts) => boolean;
}

const takesCtx = ['clear_task_ctx', 'exit_checkpoint', 'get_task_ctx', 'set_task_ctx'];

/** The first rule that fits a step is the one that counts. */
export const RULES: readonly Rule[] = [
  { field: 'WAITQ', in: ['prepare_to_wait', 'wake_up_all'], alone: 'always' },
  { field: 'GHOSTQ', in: ['prepare_to_wait', 'wake_up_all'], alone: 'always' },
  { field: 'ONSTACK', in: ['prepare_to_wait'], alone: 'always' },
  { field: 'STATE', in: ['wake_up_process'], alone: 'always' },
  { field: 'STATE', in: ['task_main'], alone: 'userSpace' },
  { field: 'ALLOC_LOCK', in: takesCtx, own: true, alone: 'ownLock' },
  { field: 'ALLOC_LOCK', in: ['set_task_ctx'], own: false, alone: 'othersLock' },
  {
    field: 'CHECKPOINT_CTX',
    in: [...takesCtx, 'do_exit', 'wait_checkpoint_ctx', 'copy_process'],
    own: true,
    reads: true,
    alone: 'ownCtxRead',
  },
  { field: 'CHECKPOINT_CTX', in: takesCtx, own: true, reads: false, alone: 'ownCtxWritten' },
  { field: 'REFCOUNT', in: ['atomic_inc', 'ckpt_ctx_free'], alone: 'always' },
  { field: 'REFCOUNT', in: ['atomic_dec_and_test'], alone: 'referenceDropped' },
  { field: 'KFLAGS', in: ['ckpt_test_error'], alone: 'flagsTestedForError' },
  { field: 'KFLAGS', in: ['ckpt_test_complete'], alone: 'flagsTestedForEnd' },
  { field: 'KFLAGS', in: ['ckpt_set_error', 'restore_debug_free'], reads: true, alone: 'always' },
  {
    field: 'KFLAGS',
    in: ['ckpt_set_error', 'decide'],
    alone: 'errorSet',
    when: (protocol) => !protocol.has('last-error-wins'),
  },
  {
    field: 'ERRNO_SYNC',
    in: ['complete_all', 'wait_for_completion'],
    alone: 'always',
    when: (protocol) => !protocol.has('error-event-is-semaphore'),
  },
  { field: 'ERRNO', in: ['restore_debug_free'], alone: 'always' },
  { field: 'ERRNO', in: ['ckpt_get_error'], alone: 'errnoRead', when: (protocol) => !protocol.has('last-error-wins') },
  {
    field: 'ERRNO',
    in: ['ckpt_set_error'],
    alone: 'always',
    when: (protocol) => protocol.has('success-excludes-error') && !protocol.has('last-error-wins'),
  },
  { field: 'COMPLETE', in: ['complete', 'wait_for_completion_interruptible'], alone: 'completion' },
  { field: 'MSG_MUTEX', in: ['ckpt_err'], alone: 'logLock', when: (protocol) => !protocol.has('last-error-wins') },
  { field: 'LOCK', in: ['restore_debug_task'], alone: 'always' },
  {
    field: 'LOCK',
    in: ['restore_debug_getme'],
    alone: 'always',
    when: (protocol) => protocol.has('debug-checks-null'),
  },
  { field: 'LOCK', in: ['restore_debug_getme'], alone: 'statusChanged' },
  { field: 'FILE', in: ['ckpt_kread'], alone: 'imageRead' },
  { field: 'ACTIVE_PID', in: ['restore_debug_free'], alone: 'always' },
  { field: 'NR_TOTAL', in: ['restore_debug_free'], alone: 'always' },
  { field: 'NR_TOTAL', in: ['restore_task_done'], alone: 'lateTotal' },
  { field: 'PENDING', in: ['force_sigkill'], alone: 'kill' },
  { field: 'SLAB', in: ['kmalloc'], alone: 'allocation' },
];

/** The rule of a step; undefined when there is none. A step's name is `function: primitive field`, or `function: field`. */
export function findRule(compiled: Compiled, pc: number, protocol: ProtocolFacts): Rule | undefined {
  const functions = new Set(compiled.labels[pc]!.split(/:? /).slice(0, -1));
  return RULES.find(
    (rule) =>
      rule.field === compiled.fields[pc] &&
      rule.in.some((name) => functions.has(name)) &&
      (rule.own === undefined || rule.own === compiled.own[pc]) &&
      (rule.reads === undefined || rule.reads === (compiled.modes[pc] === READ)) &&
      (rule.when?.(protocol) ?? true),
  );
}

/** Conditions that override every rule: a step is never taken alone when one of these forbids it. */
export type Guard = 'arrivals' | 'delays' | 'freed' | 'borrowed';

/* What a task may still do, from where it stands: bits. */
const LOCKS_OTHERS = 1;
const STORES_OTHERS_CTX = 2;
const LOADS_OTHERS_CTX = 4;
const KILLS = 8;
const FREEZES = 16;

export class Reduction {
  private readonly rules: Uint8Array;
  /** By pc: what the task may still do after it. */
  private readonly future: Int32Array;
  private readonly compiled: Compiled;
  private readonly world: World;
  private readonly protocol: ProtocolFacts;
  private readonly allocationsFail: boolean;
  private readonly readsFail: boolean;
  private readonly delays: boolean;
  private readonly freed: boolean;
  /** Tasks take the context from the root, which may drop the last reference before they count theirs: any use may be one after free. */
  private readonly borrowed: boolean;
  /** By task: the points that trigger a fault; a bit for each. */
  private readonly triggers: Int32Array;

  /** `loosened`: assumed true, for the test that shows why each condition is needed. */
  constructor(compiled: Compiled, world: World, protocol: ProtocolFacts, loosened?: Condition | Guard) {
    this.compiled = compiled;
    this.world = world;
    this.protocol = protocol;
    this.rules = Uint8Array.from(compiled.labels, (_, pc) => {
      const condition = findRule(compiled, pc, protocol)?.alone ?? 'never';
      return CONDITIONS[condition === loosened && pc > 0 ? 'always' : condition];
    });
    this.future = futures(compiled);
    this.allocationsFail = world.failures[FAIL_KMALLOC]!.length > 0;
    this.readsFail = world.failures[FAIL_READ]!.length > 0;
    this.delays = loosened !== 'delays' && world.faults.some(({ verb }) => verb === VERBS.delay);
    this.freed = loosened !== 'freed';
    this.borrowed = protocol.has('tasks-take-context') && loosened !== 'borrowed';
    this.triggers = new Int32Array(world.nrTasks);
    if (loosened === 'arrivals') return;
    world.triggers.forEach((triggers, point) => {
      for (const { task } of triggers) this.triggers[this.numberOf(task)]! |= 1 << point;
    });
  }

  /** Whether the step at this pc is ever taken alone. */
  isEver(pc: number): boolean {
    return this.rules[pc] !== CONDITIONS.never;
  }

  /** Whether the task's next step may be taken alone. The task can move. */
  alone(m: Int32Array, task: number, events: readonly Event[]): boolean {
    const pc = m[task + L.PC]!;
    const rule = this.rules[pc]!;
    if (rule === CONDITIONS.never) return false;
    /* a fault with this trigger fires when the task arrives, so the time of the arrival matters */
    const arrives = this.compiled.arrivals[pc]!;
    if (arrives !== 0 && (arrives & this.triggers[this.numberOf(task)]!) !== 0) return false;
    /* several tasks are delayed: the one that moves is delayed no longer */
    if (this.delays && (m[task + L.FLAGS]! & L.DELAYED) !== 0) return false;
    /* from then on the other threads of its group do not hand it their children */
    if ((arrives & (1 << POINT_EXIT)) !== 0 && this.world.nextThread[this.numberOf(task)] !== task) return false;
    const { ctx } = this.world;
    /* a kernel defect ends the run here, or may */
    const mayBeFreed = this.borrowed || (this.freed && m[ctx + L.LIFE] === 2);
    if (mayBeFreed && this.compiled.touches[pc]!(m, this.world, task) === ctx) return false;
    if (rule === CONDITIONS.always) return true;
    const kflags = m[ctx + P.KFLAGS]!;
    const failed = (kflags & P.CKPT_CTX_ERROR) !== 0;
    switch (rule) {
      case CONDITIONS.ownLock:
        return (this.others(m, task) & LOCKS_OTHERS) === 0;
      case CONDITIONS.othersLock: {
        /* a task without a context does not look at it under its lock */
        const other = this.compiled.touches[pc]!(m, this.world, task);
        return m[other + P.CHECKPOINT_CTX] === L.NULL && m[other + L.STATE] !== L.UNBORN;
      }
      case CONDITIONS.ownCtxRead:
        return (this.others(m, task) & STORES_OTHERS_CTX) === 0;
      case CONDITIONS.ownCtxWritten:
        return (this.others(m, task) & LOADS_OTHERS_CTX) === 0;
      case CONDITIONS.flagsTestedForError:
        return failed || ((kflags & P.CKPT_CTX_SUCCESS) !== 0 && this.protocol.has('success-excludes-error'));
      case CONDITIONS.flagsTestedForEnd:
        return failed || (kflags & P.CKPT_CTX_SUCCESS) !== 0;
      case CONDITIONS.errorSet:
        return failed;
      case CONDITIONS.logLock:
        return failed;
      case CONDITIONS.errnoRead:
        /* success fires the event too, and an error may follow it */
        return m[ctx + P.ERRNO_SYNC] !== 0 && (m[ctx + P.ERRNO] !== 0 || this.protocol.has('success-excludes-error'));
      case CONDITIONS.imageRead:
        /* no other task has the context yet */
        return m[ctx + P.REFCOUNT] === 1 && !this.readsFail;
      case CONDITIONS.referenceDropped:
        return m[this.compiled.touches[pc]!(m, this.world, task) + P.REFCOUNT]! > 1;
      case CONDITIONS.lateTotal:
        return m[ctx + P.NR_TOTAL]! > 1;
      case CONDITIONS.userSpace: {
        if (m[task + L.PENDING] !== 0 || this.eventsLeft(m, events)) return false;
        return (this.others(m, task) & (KILLS | FREEZES)) === 0;
      }
      case CONDITIONS.completion:
        return m[this.world.firstTask + L.PENDING] === 0 && !this.eventsLeft(m, events);
      case CONDITIONS.kill: {
        const target = this.compiled.touches[pc]!(m, this.world, task);
        const alone = this.world.nextThread[this.numberOf(task)] === task;
        return target === task && alone && !this.eventsLeft(m, events);
      }
      case CONDITIONS.allocation:
        return !this.allocationsFail;
      case CONDITIONS.statusChanged:
        return m[task + P.STATUS] !== 0;
      default:
        return false;
    }
  }

  private numberOf(task: number): number {
    return (task - this.world.firstTask) / this.world.taskWords;
  }

  /** What the other tasks may still do. */
  private others(m: Int32Array, task: number): number {
    const { firstTask, nrTasks, taskWords } = this.world;
    let bits = 0;
    for (let i = 0, other = firstTask; i < nrTasks; i++, other += taskWords) {
      if (other !== task) bits |= this.future[m[other + L.PC]!]!;
    }
    return bits;
  }

  private eventsLeft(m: Int32Array, events: readonly Event[]): boolean {
    for (let i = 0; i < events.length; i++) if (canStillFire(m, this.world, events[i]!)) return true;
    return false;
  }
}

/** What a step is to others, as a bit of `future`. */
function assignBit(compiled: Compiled, pc: number): number {
  const mode = compiled.modes[pc]!;
  const own = compiled.own[pc]!;
  switch (compiled.fields[pc]) {
    case 'ALLOC_LOCK':
      return own ? 0 : LOCKS_OTHERS;
    case 'CHECKPOINT_CTX':
      return own ? 0 : mode === READ ? LOADS_OTHERS_CTX : STORES_OTHERS_CTX;
    case 'PENDING':
      return own ? 0 : KILLS;
    case 'FREEZER':
      return FREEZES;
    default:
      return 0;
  }
}

/** By pc: the bits of its own step and of all that can follow; 0 for a task that has ended. */
function futures(compiled: Compiled): Int32Array {
  const bits = Int32Array.from(compiled.labels, (_, pc) => (pc === 0 ? 0 : assignBit(compiled, pc)));
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = bits.length - 1; pc > 0; pc--) {
      let all = bits[pc]!;
      for (const next of compiled.next[pc]!) all |= bits[next]!;
      if (all !== bits[pc]) {
        bits[pc] = all;
        changed = true;
      }
    }
  }
  return bits;
}
