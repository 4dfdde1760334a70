/**
 * Which steps may be taken alone: nobody else, now or later before the task moves, can disable the step or end otherwise
 * for its being first (a persistent singleton). The rules are by what a step touches; docs/exploration.md argues for each,
 * and test/explore compares reduced and full search.
 */
import type { Compiled } from './compile/compile.ts';
import { canStillCome, type Event, VERBS } from './faults.ts';
import { READ } from './kernel/access.ts';
import * as L from './kernel/layout.ts';
import { FAIL_KMALLOC, FAIL_READ, type World } from './kernel/world.ts';
import type { Variant } from './variants.ts';

/** How a step is judged. */
const NEVER = 0;
/** Nobody can tell when it happens. */
const ALWAYS = 1;
const OWN_LOCK = 2;
const OTHERS_LOCK = 3;
const OWN_CTX_READ = 4;
const OWN_CTX_WRITE = 5;
const FLAGS_TESTED_FOR_ERROR = 7;
const FLAGS_TESTED_FOR_END = 8;
const ERROR_SET = 9;
const LOG_LOCK = 10;
const ERRNO_READ = 11;
const IMAGE_READ = 12;
const REFERENCE_DROPPED = 14;
const USER_SPACE = 15;
const COMPLETION = 16;
const KILL = 17;
const ALLOCATION = 18;
const LATE_TOTAL = 19;
const STATUS_CHANGED = 20;

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
  /** By task: the points at whose arrival a fault comes; a bit for each. */
  private readonly triggers: Int32Array;

  constructor(compiled: Compiled, world: World, variant: Variant) {
    this.compiled = compiled;
    this.world = world;
    this.variant = variant;
    this.rules = Uint8Array.from(compiled.labels, (_, pc) => this.ruleOf(pc));
    this.future = futures(compiled);
    this.allocationsFail = world.failures[FAIL_KMALLOC]!.length > 0;
    this.readsFail = world.failures[FAIL_READ]!.length > 0;
    this.delays = world.faults.some(({ verb }) => verb === VERBS.delay);
    this.triggers = new Int32Array(world.nrTasks);
    world.triggers.forEach((triggers, point) => {
      for (const { task } of triggers) this.triggers[this.numberOf(task)]! |= 1 << point;
    });
  }

  private ruleOf(pc: number): number {
    const { compiled, variant } = this;
    const mode = compiled.modes[pc]!;
    const own = compiled.own[pc]!;
    const label = compiled.labels[pc]!;
    const within = label.slice(0, label.indexOf(':'));
    switch (compiled.fields[pc]) {
      case 'ALLOC_LOCK':
        return own ? OWN_LOCK : OTHERS_LOCK;
      case 'CHECKPOINT_CTX':
        if (own) return mode === READ ? OWN_CTX_READ : OWN_CTX_WRITE;
        return NEVER;
      case 'REFCOUNT':
        if (label.includes('atomicDecAndTest')) return REFERENCE_DROPPED;
        return ALWAYS;
      case 'KFLAGS':
        if (within === 'ckptTestError') return FLAGS_TESTED_FOR_ERROR;
        if (within === 'ckptTestComplete') return FLAGS_TESTED_FOR_END;
        if (within === 'ckptSetError' || within === 'restoreDebugFree') return ALWAYS;
        return label.includes('claimError') || within === 'decide' ? ERROR_SET : NEVER;
      case 'WAITQ':
      case 'GHOSTQ':
      case 'ONSTACK':
      case 'STATE':
        return within === 'taskMain' ? USER_SPACE : ALWAYS;
      case 'ERRNO_SYNC':
        return variant.errorSemaphore ? NEVER : ALWAYS;
      case 'ERRNO':
        if (within === 'restoreDebugFree') return ALWAYS;
        if (variant.lastError) return NEVER;
        return mode === READ ? ERRNO_READ : variant.oneDecision ? ALWAYS : NEVER;
      case 'COMPLETE':
        return COMPLETION;
      case 'MSG_MUTEX':
        return LOG_LOCK;
      case 'LOCK':
        return within === 'restoreDebugTask' || variant.debugWithoutMemory ? ALWAYS : STATUS_CHANGED;
      case 'FILE_POS':
        return IMAGE_READ;
      case 'ACTIVE_PID':
        if (within === 'restoreDebugFree') return ALWAYS;
        return NEVER;
      case 'NR_TOTAL':
        if (within === 'restoreDebugFree') return ALWAYS;
        return within === 'restoreTaskDone' ? LATE_TOTAL : NEVER;
      case 'PENDING':
        return KILL;
      case 'SLAB':
        return ALLOCATION;
      default:
        return NEVER;
    }
  }

  /** Whether the step at this pc is ever taken alone. */
  isEver(pc: number): boolean {
    return this.rules[pc] !== NEVER;
  }

  /** Whether the task's next step may be taken alone. The task can move. */
  alone(m: Int32Array, task: number, events: readonly Event[]): boolean {
    const pc = m[task + L.PC]!;
    const rule = this.rules[pc]!;
    if (rule === NEVER) return false;
    /* what comes at a point comes when the task gets there: that is not the same now and later */
    const arrives = this.compiled.arrivals[pc]!;
    if (arrives !== 0 && (arrives & this.triggers[this.numberOf(task)]!) !== 0) return false;
    /* several that are held back: the one that moves is held back no more */
    if (this.delays && (m[task + L.FLAGS]! & L.DELAYED) !== 0) return false;
    const { ctx } = this.world;
    /* the kernel breaks, and nothing else happens any more */
    if (m[ctx + L.LIFE] === 2 && this.compiled.touches[pc]!(m, this.world, task) === ctx) return false;
    if (rule === ALWAYS) return true;
    const kflags = m[ctx + L.KFLAGS]!;
    const failed = (kflags & L.CKPT_CTX_ERROR) !== 0;
    switch (rule) {
      case OWN_LOCK:
        return (this.others(m, task) & LOCKS_OTHERS) === 0;
      case OTHERS_LOCK: {
        /* a task without a context does not look at it under its lock */
        const other = this.compiled.touches[pc]!(m, this.world, task);
        return m[other + L.CHECKPOINT_CTX] === L.NULL && m[other + L.STATE] !== L.UNBORN;
      }
      case OWN_CTX_READ:
        return (this.others(m, task) & STORES_OTHERS_CTX) === 0;
      case OWN_CTX_WRITE:
        return (this.others(m, task) & LOADS_OTHERS_CTX) === 0;
      case FLAGS_TESTED_FOR_ERROR:
        return failed || ((kflags & L.CKPT_CTX_SUCCESS) !== 0 && this.variant.oneDecision);
      case FLAGS_TESTED_FOR_END:
        return failed || (kflags & L.CKPT_CTX_SUCCESS) !== 0;
      case ERROR_SET:
        return failed && !this.variant.lastError;
      case LOG_LOCK:
        return failed && !this.variant.lastError;
      case ERRNO_READ:
        /* success fires the event too, and an error may come after it */
        return m[ctx + L.ERRNO_SYNC]! > 0 && (m[ctx + L.ERRNO] !== 0 || this.variant.oneDecision);
      case IMAGE_READ:
        /* nobody else has the context yet */
        return m[ctx + L.REFCOUNT] === 1 && !this.readsFail;
      case REFERENCE_DROPPED:
        return m[this.compiled.touches[pc]!(m, this.world, task) + L.REFCOUNT]! > 1;
      case LATE_TOTAL:
        return m[ctx + L.NR_TOTAL]! > 1;
      case USER_SPACE: {
        if (m[task + L.PENDING] !== 0 || this.eventsLeft(m, events)) return false;
        return (this.others(m, task) & (KILLS | FREEZES)) === 0;
      }
      case COMPLETION:
        return m[this.world.firstTask + L.PENDING] === 0 && !this.eventsLeft(m, events);
      case KILL: {
        const target = this.compiled.touches[pc]!(m, this.world, task);
        const alone = this.world.nextThread[this.numberOf(task)] === task;
        return target === task && alone && !this.eventsLeft(m, events);
      }
      case ALLOCATION:
        return !this.allocationsFail;
      case STATUS_CHANGED:
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
