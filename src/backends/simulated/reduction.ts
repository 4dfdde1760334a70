/**
 * Which steps may be taken alone: no other actor, now or later before the task moves, can disable the step or end otherwise
 * for its being first (a persistent singleton). Each rule names a field and the functions that touch it; a step that no rule
 * names is never taken alone. docs/exploration.md argues for each rule, and test/explore compares reduced and full search,
 * with the rules as they are and with each of them loosened.
 */
import type { Compiled } from './compile/compile.ts';
import { canStillCome, type Event, VERBS } from './faults.ts';
import { atomicDecAndTest, atomicInc, READ } from './kernel/access.ts';
import { doExit } from './kernel/exit.ts';
import * as L from './kernel/layout.ts';
import { forceSigkill } from './kernel/signal.ts';
import { kmalloc } from './kernel/slab.ts';
import {
  complete,
  completeAll,
  prepareToWait,
  waitForCompletion,
  waitForCompletionInterruptible,
  wakeUpAll,
  wakeUpProcess,
} from './kernel/wait.ts';
import { FAIL_KMALLOC, FAIL_READ, POINT_EXIT, type World } from './kernel/world.ts';
import { clearTaskCtx, getTaskCtx, setTaskCtx } from './restart/context.ts';
import { restoreDebugFree, restoreDebugGetme, restoreDebugTask } from './restart/debug.ts';
import { exitCheckpoint, inheritCheckpointCtx } from './restart/exit.ts';
import { hasCheckpointCtx } from './restart/sync.ts';
import {
  ckptCtxFree,
  ckptErr,
  ckptGetError,
  ckptKread,
  ckptSetError,
  ckptTestComplete,
  ckptTestError,
  claimError,
  decide,
} from './restart/sys.ts';
import { restoreTaskDone } from './restart/turn.ts';
import { taskMain } from './restart/user.ts';
import type { Variant } from './variants.ts';

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

// biome-ignore lint/complexity/noBannedTypes: a function of the model, whatever its arguments: only its name is asked for
type ModelFunction = Function;

interface Rule {
  readonly field: keyof typeof L;
  /** The functions of the model, or the primitives of the kernel that they call, whose steps these are. */
  readonly in: readonly ModelFunction[];
  readonly alone: Condition;
  /** Only steps that touch the task itself, or only those that touch another one. */
  readonly own?: boolean;
  /** Only steps that read (or only those that do not). */
  readonly reads?: boolean;
  /** Only for protocols of which this is true. */
  readonly when?: (variant: Variant) => boolean;
}

const takesCtx = [clearTaskCtx, exitCheckpoint, getTaskCtx, setTaskCtx];

/** The first rule that fits a step is the one that counts. */
export const RULES: readonly Rule[] = [
  { field: 'WAITQ', in: [prepareToWait, wakeUpAll], alone: 'always' },
  { field: 'GHOSTQ', in: [prepareToWait, wakeUpAll], alone: 'always' },
  { field: 'ONSTACK', in: [prepareToWait], alone: 'always' },
  { field: 'STATE', in: [wakeUpProcess], alone: 'always' },
  { field: 'STATE', in: [taskMain], alone: 'userSpace' },
  { field: 'ALLOC_LOCK', in: takesCtx, own: true, alone: 'ownLock' },
  { field: 'ALLOC_LOCK', in: [setTaskCtx], own: false, alone: 'othersLock' },
  {
    field: 'CHECKPOINT_CTX',
    in: [...takesCtx, doExit, hasCheckpointCtx, inheritCheckpointCtx],
    own: true,
    reads: true,
    alone: 'ownCtxRead',
  },
  { field: 'CHECKPOINT_CTX', in: takesCtx, own: true, reads: false, alone: 'ownCtxWritten' },
  { field: 'REFCOUNT', in: [atomicInc, ckptCtxFree], alone: 'always' },
  { field: 'REFCOUNT', in: [atomicDecAndTest], alone: 'referenceDropped' },
  { field: 'KFLAGS', in: [ckptTestError], alone: 'flagsTestedForError' },
  { field: 'KFLAGS', in: [ckptTestComplete], alone: 'flagsTestedForEnd' },
  { field: 'KFLAGS', in: [ckptSetError, restoreDebugFree], alone: 'always' },
  { field: 'KFLAGS', in: [claimError, decide], alone: 'errorSet', when: (variant) => !variant.lastError },
  {
    field: 'ERRNO_SYNC',
    in: [completeAll, waitForCompletion],
    alone: 'always',
    when: (variant) => !variant.errorSemaphore,
  },
  { field: 'ERRNO', in: [restoreDebugFree], alone: 'always' },
  { field: 'ERRNO', in: [ckptGetError], alone: 'errnoRead', when: (variant) => !variant.lastError },
  {
    field: 'ERRNO',
    in: [ckptSetError],
    alone: 'always',
    when: (variant) => variant.oneDecision && !variant.lastError,
  },
  { field: 'COMPLETE', in: [complete, waitForCompletionInterruptible], alone: 'completion' },
  { field: 'MSG_MUTEX', in: [ckptErr], alone: 'logLock', when: (variant) => !variant.lastError },
  { field: 'LOCK', in: [restoreDebugTask], alone: 'always' },
  { field: 'LOCK', in: [restoreDebugGetme], alone: 'always', when: (variant) => variant.debugWithoutMemory },
  { field: 'LOCK', in: [restoreDebugGetme], alone: 'statusChanged' },
  { field: 'FILE_POS', in: [ckptKread], alone: 'imageRead' },
  { field: 'ACTIVE_PID', in: [restoreDebugFree], alone: 'always' },
  { field: 'NR_TOTAL', in: [restoreDebugFree], alone: 'always' },
  { field: 'NR_TOTAL', in: [restoreTaskDone], alone: 'lateTotal' },
  { field: 'PENDING', in: [forceSigkill], alone: 'kill' },
  { field: 'SLAB', in: [kmalloc], alone: 'allocation' },
];

/** The rule of a step; undefined when there is none. A step's name is `function: primitive field`, or `function: field`. */
export function ruleOf(compiled: Compiled, pc: number, variant: Variant): Rule | undefined {
  const functions = new Set(compiled.labels[pc]!.split(/:? /).slice(0, -1));
  return RULES.find(
    (rule) =>
      rule.field === compiled.fields[pc] &&
      rule.in.some(({ name }) => functions.has(name)) &&
      (rule.own === undefined || rule.own === compiled.own[pc]) &&
      (rule.reads === undefined || rule.reads === (compiled.modes[pc] === READ)) &&
      (rule.when?.(variant) ?? true),
  );
}

/** What holds whatever the rule says: a step is never taken alone when one of these speaks against it. */
export type Guard = 'arrivals' | 'delays' | 'freed';

/* What a task may still do, from where it stands: bits. */
const LOCKS_OTHERS = 1;
const STORES_OTHERS_CTX = 2;
const LOADS_OTHERS_CTX = 4;
const KILLS = 8;
const FREEZES = 16;

export class Reduction {
  private readonly rules: Uint8Array;
  /** By pc: what may still come. */
  private readonly future: Int32Array;
  private readonly compiled: Compiled;
  private readonly world: World;
  private readonly variant: Variant;
  private readonly allocationsFail: boolean;
  private readonly readsFail: boolean;
  private readonly delays: boolean;
  private readonly freed: boolean;
  /** By task: the points at whose arrival a fault comes; a bit for each. */
  private readonly triggers: Int32Array;

  /** `loosened`: taken for granted, for the test that shows what each is good for. */
  constructor(compiled: Compiled, world: World, variant: Variant, loosened?: Condition | Guard) {
    this.compiled = compiled;
    this.world = world;
    this.variant = variant;
    this.rules = Uint8Array.from(compiled.labels, (_, pc) => {
      const condition = ruleOf(compiled, pc, variant)?.alone ?? 'never';
      return CONDITIONS[condition === loosened && pc > 0 ? 'always' : condition];
    });
    this.future = futures(compiled);
    this.allocationsFail = world.failures[FAIL_KMALLOC]!.length > 0;
    this.readsFail = world.failures[FAIL_READ]!.length > 0;
    this.delays = loosened !== 'delays' && world.faults.some(({ verb }) => verb === VERBS.delay);
    this.freed = loosened !== 'freed';
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
    /* what comes at a point comes when the task gets there: that is not the same now and later */
    const arrives = this.compiled.arrivals[pc]!;
    if (arrives !== 0 && (arrives & this.triggers[this.numberOf(task)]!) !== 0) return false;
    /* several that are held back: the one that moves is held back no more */
    if (this.delays && (m[task + L.FLAGS]! & L.DELAYED) !== 0) return false;
    /* from then on the other threads of its group do not hand it their children */
    if ((arrives & (1 << POINT_EXIT)) !== 0 && this.world.nextThread[this.numberOf(task)] !== task) return false;
    const { ctx } = this.world;
    /* the kernel breaks, and nothing else happens any more */
    if (this.freed && m[ctx + L.LIFE] === 2 && this.compiled.touches[pc]!(m, this.world, task) === ctx) return false;
    if (rule === CONDITIONS.always) return true;
    const kflags = m[ctx + L.KFLAGS]!;
    const failed = (kflags & L.CKPT_CTX_ERROR) !== 0;
    switch (rule) {
      case CONDITIONS.ownLock:
        return (this.others(m, task) & LOCKS_OTHERS) === 0;
      case CONDITIONS.othersLock: {
        /* a task without a context does not look at it under its lock */
        const other = this.compiled.touches[pc]!(m, this.world, task);
        return m[other + L.CHECKPOINT_CTX] === L.NULL && m[other + L.STATE] !== L.UNBORN;
      }
      case CONDITIONS.ownCtxRead:
        return (this.others(m, task) & STORES_OTHERS_CTX) === 0;
      case CONDITIONS.ownCtxWritten:
        return (this.others(m, task) & LOADS_OTHERS_CTX) === 0;
      case CONDITIONS.flagsTestedForError:
        return failed || ((kflags & L.CKPT_CTX_SUCCESS) !== 0 && this.variant.oneDecision);
      case CONDITIONS.flagsTestedForEnd:
        return failed || (kflags & L.CKPT_CTX_SUCCESS) !== 0;
      case CONDITIONS.errorSet:
        return failed;
      case CONDITIONS.logLock:
        return failed;
      case CONDITIONS.errnoRead:
        /* success fires the event too, and an error may come after it */
        return m[ctx + L.ERRNO_SYNC] !== 0 && (m[ctx + L.ERRNO] !== 0 || this.variant.oneDecision);
      case CONDITIONS.imageRead:
        /* nobody else has the context yet */
        return m[ctx + L.REFCOUNT] === 1 && !this.readsFail;
      case CONDITIONS.referenceDropped:
        return m[this.compiled.touches[pc]!(m, this.world, task) + L.REFCOUNT]! > 1;
      case CONDITIONS.lateTotal:
        return m[ctx + L.NR_TOTAL]! > 1;
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
        return m[task + L.STATUS] !== 0;
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
    for (let i = 0; i < events.length; i++) if (canStillCome(m, this.world, events[i]!)) return true;
    return false;
  }
}

/** What a step is to others, as a bit of `future`. */
function bitOf(compiled: Compiled, pc: number): number {
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

/** By pc: the bits of its own step and of all that can come after; 0 for a task that has ended. */
function futures(compiled: Compiled): Int32Array {
  const bits = Int32Array.from(compiled.labels, (_, pc) => (pc === 0 ? 0 : bitOf(compiled, pc)));
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
