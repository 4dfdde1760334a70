/**
 * Random schedules, as fast as possible. A list holds the tasks that are awake, and a step changes it only when its task
 * sleeps or wakes others; `walk` with `randomChooser` polls every task before each step, with the same distribution.
 */
import type { RandomWalk } from '../backend.ts';
import type { Draws } from '../draws.ts';
import type { Compiled } from './compile/compile.ts';
import { canFire, canStillFire, type Event, fire, passOver } from './faults.ts';
import { ACQUIRE, ACQUIRE_READ } from './kernel/access.ts';
import { DUE, OOPS_AT, PC, PREPARED, STATE } from './kernel/layout.ts';
import { OOPSED, use } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';

/** What a run is made of; the memory is at its start when it begins. */
export interface Runnable {
  readonly world: World;
  readonly compiled: Compiled;
  readonly state: Int32Array;
  readonly events: readonly Event[];
}

const nobodyListens = (): void => {};
const NO_TASK = -1;
/** Up to so many, 16 random bits draw one evenly: to within one in two thousand. */
const MOST_OF_16_BITS = 32;
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
  /** Numbers of the tasks that are awake, in no order. */
  private readonly awake: Int32Array;
  private nrAwake = 0;
  private readonly awakeAtStart: Int32Array;
  /** By pc: ACQUIRE or ACQUIRE_READ where the step takes a lock, else 0. */
  private readonly locks: Uint8Array;
  /** By event: the first step at which it may fire. */
  private readonly due: Int32Array;
  private nextDue = NEVER;

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
      this.crashed = world.firstTask + this.moves[this.length - 1]! * world.taskWords;
      state[OOPS_AT] = state[this.crashed + PC]! + 1;
      return true;
    } finally {
      use(state, world, null, nobodyListens);
    }
  }

  /** One event, or steps of tasks until one may be due; false when it is over. */
  private go(draws: Draws, maxSteps: number): boolean {
    const { state } = this.of;
    const onlyEvents = state[DUE] !== 0 || this.isStuck();
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
    this.goOn(draws, Math.min(maxSteps, Math.max(this.nextDue, this.length + 1)));
    return true;
  }

  /** Steps of tasks, each drawn among those that can move, until `until` steps in all or until an event is due. */
  private goOn(draws: Draws, until: number): void {
    const { state: m, world, compiled } = this.of;
    const { firstTask, taskWords } = world;
    const { steps } = compiled;
    const { awake, locks } = this;
    const mayBeDue = world.faults.length > 0;
    if (this.length === this.moves.length) this.grow();
    const end = Math.min(until, this.moves.length);
    const { moves } = this;
    let refused = 0;
    let draw = draws.word() >>> 16;
    while (this.length < end && this.nrAwake > 0) {
      const n = this.nrAwake;
      const i = n <= MOST_OF_16_BITS ? Math.imul(draw, n) >>> 16 : draws.below(n);
      /* drawn a step ahead: so it is there when the step is done */
      draw = draws.word() >>> 16;
      const actor = awake[i]!;
      const task = firstTask + actor * taskWords;
      const pc = m[task]!;
      if (locks[pc] !== 0 && this.isHeld(task, pc)) {
        if (++refused > n * 8) return;
        continue;
      }
      moves[this.length++] = actor;
      steps[pc]!(m, world, task);
      if (m[task + STATE]! > PREPARED) awake[i] = awake[--this.nrAwake]!;
      if (mayBeDue && m[DUE] !== 0) {
        passOver();
        if (m[DUE] !== 0) return;
      }
    }
  }

  /** Whether the lock that the task is about to take can't be taken now. */
  private isHeld(task: number, pc: number): boolean {
    const { state, world, compiled } = this.of;
    const word = state[compiled.touches[pc]!(state, world, task) + compiled.fieldOffsets[pc]!]!;
    return this.locks[pc] === ACQUIRE ? word !== 0 : word < 0;
  }

  /** Whether no task can move. */
  private isStuck(): boolean {
    const { state, world } = this.of;
    for (let i = 0; i < this.nrAwake; i++) {
      const task = world.firstTask + this.awake[i]! * world.taskWords;
      const pc = state[task + PC]!;
      if (this.locks[pc] === 0 || !this.isHeld(task, pc)) return false;
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
