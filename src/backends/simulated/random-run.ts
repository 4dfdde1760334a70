/**
 * Random schedules, as fast as possible. A list holds the tasks that are awake, and a step changes it only when its task
 * sleeps or wakes others; `walk` with `randomChooser` polls every task before each step, with the same distribution. In a
 * large tree the cost of a step does not grow with the number of tasks that wait for a lock, either.
 */
import type { RandomWalk } from '../backend.ts';
import type { Draws } from '../draws.ts';
import type { Compiled } from './compile/link.ts';
import type { Visits } from './coverage.ts';
import { canFire, canStillFire, type Event, fire, passOver, VERBS } from './faults.ts';
import { ACQUIRE, ACQUIRE_READ } from './kernel/access.ts';
import { DELAYED, DUE, FLAGS, OOPS_AT, PC, POINT, PREPARED, STATE } from './kernel/layout.ts';
import { OOPSED, use } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';
import { Waiters } from './waiters.ts';

/** What a run is made of; the memory is at its start when it begins. */
export interface Runnable {
  readonly world: World;
  readonly compiled: Compiled;
  readonly state: Int32Array;
  readonly events: readonly Event[];
  /** Marks what is reached; null: nothing is marked. */
  readonly visits: Visits | null;
}

const nobodyListens = (): void => {};
const NO_TASK = -1;
/**
 * Up to so many, 16 random bits draw one evenly (to within one in two thousand), and a task that cannot move is drawn again
 * and again; of more, it is set aside.
 */
const FEW = 32;
const NEVER = Number.POSITIVE_INFINITY;

export class RandomRun implements RandomWalk {
  /** The actor of each step of the last run; longer than the run. */
  moves = new Int32Array(1024);
  /** Steps of the last run. */
  length = 0;
  /** The task that ran into a kernel defect in the last run; 0: none. */
  crashed = 0;
  private readonly of: Runnable;
  private readonly start: Int32Array;
  /** Numbers of the tasks that are awake and not set aside, in no order. */
  private readonly awake: Int32Array;
  private nrAwake = 0;
  private readonly awakeAtStart: Int32Array;
  /** By pc: ACQUIRE or ACQUIRE_READ where the step takes a lock, else 0. */
  private readonly locks: Uint8Array;
  /** By event: the first step at which it may fire. */
  private readonly due: Int32Array;
  private nextDue = NEVER;
  /** Tasks that were set aside because another holds the lock that they want. */
  private readonly waiters: Waiters;
  /** Tasks that were set aside because a fault delays them. */
  private delayed: number[] = [];
  private readonly mayDelay: boolean;

  /** `of.state` is at the start. */
  constructor(of: Runnable) {
    this.of = of;
    this.start = of.state.slice();
    const { nrTasks, firstTask, taskWords } = of.world;
    this.awake = new Int32Array(nrTasks);
    for (let i = 0; i < nrTasks; i++) {
      if (of.state[firstTask + i * taskWords + STATE]! <= PREPARED) this.awake[this.nrAwake++] = i;
    }
    this.awakeAtStart = this.awake.slice(0, this.nrAwake);
    this.due = new Int32Array(of.events.length);
    this.locks = of.compiled.modes.map((mode) => (mode === ACQUIRE || mode === ACQUIRE_READ ? mode : 0));
    this.waiters = new Waiters(of.state);
    this.mayDelay = of.world.faults.some(({ verb }) => verb === VERBS.delay);
  }

  private readonly wake = (task: number): void => {
    const { firstTask, taskWords } = this.of.world;
    this.awake[this.nrAwake++] = ((task - firstTask) / taskWords) | 0;
  };

  /**
   * Runs from the start until no actor can move (true), at most `maxSteps` steps (false). Events of the environment fire at
   * steps drawn from `expectedSteps`, as with `randomChooser`.
   */
  run(draws: Draws, expectedSteps: number, maxSteps: number): boolean {
    const { state, world } = this.of;
    use(state, world, null, this.wake);
    state.set(this.start);
    this.awake.set(this.awakeAtStart);
    this.nrAwake = this.awakeAtStart.length;
    this.length = 0;
    this.crashed = 0;
    this.waiters.clear();
    this.delayed = [];
    this.nextDue = NEVER;
    for (let i = 0; i < this.due.length; i++) {
      this.due[i] = draws.below(expectedSteps);
      this.nextDue = Math.min(this.nextDue, this.due[i]!);
    }
    try {
      while (this.length < maxSteps) if (!this.go(draws, maxSteps)) return true;
      return false;
    } catch (error) {
      if (error !== OOPSED) throw error;
      this.crashed = this.taskOf(this.moves[this.length - 1]!);
      const pc = state[this.crashed + PC]!;
      state[OOPS_AT] = pc + 1;
      this.of.visits?.mark(pc, pc, state[this.crashed + POINT]!);
      return true;
    } finally {
      use(state, world, null, nobodyListens);
    }
  }

  private taskOf(actor: number): number {
    return this.of.world.firstTask + actor * this.of.world.taskWords;
  }

  /** One event, or steps of tasks until one may be due; false when it is over. */
  private go(draws: Draws, maxSteps: number): boolean {
    const { state } = this.of;
    const mustCome = state[DUE] !== 0;
    const isStuck = !mustCome && this.isStuck();
    const late = isStuck && this.mayDelay ? this.lateTasks() : [];
    const onlyEvents = mustCome || (isStuck && late.length === 0);
    if (onlyEvents || this.length >= this.nextDue) {
      const event = this.nextEvent(onlyEvents);
      if (event !== NO_TASK) {
        this.keep(this.of.world.nrTasks + event);
        fire(this.of.events[event]!);
        if (state[DUE] !== 0) passOver();
        return true;
      }
      if (onlyEvents) return false;
    }
    if (late.length > 0) this.moveLate(late[draws.below(late.length)]!);
    else this.goOn(draws, Math.min(maxSteps, Math.max(this.nextDue, this.length + 1)));
    return true;
  }

  /** Steps of tasks, each drawn among those that can move, up to this many in all, or until something else is to be done. */
  private goOn(draws: Draws, until: number): void {
    const { state: m, world, compiled, visits } = this.of;
    const { firstTask, taskWords } = world;
    const { steps } = compiled;
    const { awake, locks, waiters, mayDelay } = this;
    const mayBeDue = world.faults.length > 0;
    if (this.length === this.moves.length) this.grow();
    const end = Math.min(until, this.moves.length);
    const { moves } = this;
    let refused = 0;
    let draw = draws.word() >>> 16;
    while (this.length < end) {
      const n = waiters.isEmpty ? this.nrAwake : this.nrAwake + waiters.countFree();
      if (n === 0) return;
      const i = n <= FEW ? Math.imul(draw, n) >>> 16 : draws.below(n);
      /* drawn a step ahead: so it is there when the step is done */
      draw = draws.word() >>> 16;
      const isWaiter = i >= this.nrAwake;
      const actor = isWaiter ? waiters.take(i - this.nrAwake) : awake[i]!;
      const task = firstTask + actor * taskWords;
      const pc = m[task]!;
      if ((locks[pc] !== 0 && this.isHeld(task, pc)) || (mayDelay && (m[task + FLAGS]! & DELAYED) !== 0)) {
        if (isWaiter || n > FEW) this.setAside(actor, isWaiter ? NO_TASK : i);
        else if (++refused > n * 8) return;
        continue;
      }
      moves[this.length++] = actor;
      steps[pc]!(m, world, task);
      if (m[task + STATE]! > PREPARED) {
        if (!isWaiter) awake[i] = awake[--this.nrAwake]!;
      } else if (isWaiter) awake[this.nrAwake++] = actor;
      if (visits !== null) visits.mark(pc, m[task]!, m[task + POINT]!);
      if (mayBeDue && m[DUE] !== 0) {
        passOver();
        if (m[DUE] !== 0) return;
      }
    }
  }

  /** A task that cannot move, at this place of the list of those that are awake, waits elsewhere until it can. */
  private setAside(actor: number, place: number): void {
    const { state: m } = this.of;
    const task = this.taskOf(actor);
    if (place !== NO_TASK) this.awake[place] = this.awake[--this.nrAwake]!;
    const pc = m[task + PC]!;
    if ((m[task + FLAGS]! & DELAYED) !== 0) this.delayed.push(actor);
    else this.waiters.add(actor, this.lockOf(task, pc), this.locks[pc]!);
  }

  /** The delayed tasks that can move; no other can. */
  private lateTasks(): number[] {
    const { state: m } = this.of;
    const awake = Array.from(this.awake.subarray(0, this.nrAwake));
    return [...this.delayed, ...awake].filter((actor) => {
      const task = this.taskOf(actor);
      const pc = m[task + PC]!;
      return (m[task + FLAGS]! & DELAYED) !== 0 && (this.locks[pc] === 0 || !this.isHeld(task, pc));
    });
  }

  /** A step of a delayed task: it is delayed no longer. */
  private moveLate(actor: number): void {
    const { state: m, world, compiled, visits } = this.of;
    const task = this.taskOf(actor);
    const pc = m[task + PC]!;
    const place = this.awake.subarray(0, this.nrAwake).indexOf(actor);
    if (place >= 0) this.awake[place] = this.awake[--this.nrAwake]!;
    this.delayed = this.delayed.filter((other) => other !== actor);
    m[task + FLAGS]! &= ~DELAYED;
    this.keep(actor);
    compiled.steps[pc]!(m, world, task);
    if (m[task + STATE]! <= PREPARED) this.awake[this.nrAwake++] = actor;
    visits?.mark(pc, m[task + PC]!, m[task + POINT]!);
    if (m[DUE] !== 0) passOver();
  }

  /** The lock that the task is about to take: its place in the memory. */
  private lockOf(task: number, pc: number): number {
    const { state, world, compiled } = this.of;
    return compiled.touches[pc]!(state, world, task) + compiled.fieldOffsets[pc]!;
  }

  /** Whether the lock that the task is about to take can't be taken now. */
  private isHeld(task: number, pc: number): boolean {
    const word = this.of.state[this.lockOf(task, pc)]!;
    return this.locks[pc] === ACQUIRE ? word !== 0 : word < 0;
  }

  /** Whether no task can move that is not delayed. */
  private isStuck(): boolean {
    const { state: m } = this.of;
    if (!this.waiters.isEmpty && this.waiters.countFree() > 0) return false;
    for (let i = this.nrAwake - 1; i >= 0; i--) {
      const actor = this.awake[i]!;
      const task = this.taskOf(actor);
      const pc = m[task + PC]!;
      const isDelayed = this.mayDelay && (m[task + FLAGS]! & DELAYED) !== 0;
      if (!isDelayed && (this.locks[pc] === 0 || !this.isHeld(task, pc))) return false;
      if (this.nrAwake > FEW) this.setAside(actor, i);
    }
    return true;
  }

  /** The first event that can fire: any when no task can move, else one that is due at this step. */
  private nextEvent(any: boolean): number {
    const { state, world, events } = this.of;
    this.nextDue = NEVER;
    for (let i = 0; i < events.length; i++) {
      if (!canStillFire(state, world, events[i]!)) continue;
      const isDue = this.due[i]! <= this.length;
      if ((any || isDue) && canFire(events[i]!)) {
        this.nextDue = this.length + 1;
        return i;
      }
      this.nextDue = Math.min(this.nextDue, isDue ? this.length + 1 : this.due[i]!);
    }
    return NO_TASK;
  }

  private keep(actor: number): void {
    if (this.length >= this.moves.length) this.grow();
    this.moves[this.length++] = actor;
  }

  private grow(): void {
    const more = new Int32Array(this.moves.length * 2);
    more.set(this.moves);
    this.moves = more;
  }
}
