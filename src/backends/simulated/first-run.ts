/**
 * The run in which the first task that can move continues for as long as it can: the walk of `firstComes`, without polling
 * every task before each step. Each task that is awake has a bit; a step changes bits only when its task sleeps or wakes others.
 */
import type { Compiled } from './compile/link.ts';
import { ACQUIRE, ACQUIRE_READ } from './kernel/access.ts';
import { OOPS_AT, PC, PREPARED, STATE } from './kernel/layout.ts';
import { OOPSED, use } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';

const nobodyListens = (): void => {};
const NO_TASK = -1;

export class FirstRun {
  private readonly memory: Int32Array;
  private readonly world: World;
  private readonly compiled: Compiled;
  /** The tasks that are awake: a bit for each task. */
  private readonly awake: Int32Array;
  /** The lowest number of a task that was woken since the last look. */
  private woken = Number.POSITIVE_INFINITY;
  /** Tasks that are awake and want a lock that another holds; their bits are off until some task moves. */
  private readonly held: number[] = [];

  /** `memory` is in its initial state, before the first step; the case has no faults. */
  constructor(memory: Int32Array, world: World, compiled: Compiled) {
    if (world.faults.length > 0) throw new Error('a first run is for cases without faults');
    this.memory = memory;
    this.world = world;
    this.compiled = compiled;
    this.awake = new Int32Array((world.nrTasks + 31) >> 5);
  }

  /** Runs until no task can move; returns the number of steps. */
  run(): number {
    const { memory, world, compiled } = this;
    const { nrTasks, firstTask, taskWords } = world;
    use(memory, world, null, this.wake);
    let steps = 0;
    let task = firstTask;
    try {
      for (let i = 0; i < nrTasks; i++, task += taskWords) {
        compiled.steps[0]!(memory, world, task);
        if (memory[task + STATE]! <= PREPARED) this.awake[i >> 5]! |= 1 << (i & 31);
      }
      for (let number = this.next(0); number !== NO_TASK; number = this.next(Math.min(number, this.woken))) {
        this.woken = Number.POSITIVE_INFINITY;
        task = firstTask + number * taskWords;
        steps += this.goOn(number, task);
      }
    } catch (error) {
      if (error !== OOPSED) throw error;
      memory[OOPS_AT] = memory[task + PC]! + 1;
    } finally {
      use(memory, world, null, nobodyListens);
    }
    return steps;
  }

  private readonly wake = (task: number): void => {
    const number = ((task - this.world.firstTask) / this.world.taskWords) | 0;
    this.awake[number >> 5]! |= 1 << (number & 31);
    if (number < this.woken) this.woken = number;
  };

  /** Steps of one task until it sleeps, blocks on a lock, or a task before it can move. */
  private goOn(number: number, task: number): number {
    const { memory: m, world, compiled, awake } = this;
    const { steps } = compiled;
    let done = 0;
    while (m[task + STATE]! <= PREPARED) {
      const pc = m[task + PC]!;
      if (this.isHeld(task, pc)) {
        this.held.push(number);
        break;
      }
      steps[pc]!(m, world, task);
      done++;
      if (this.woken < number || this.held.length > 0) {
        this.release();
        return done;
      }
    }
    awake[number >> 5]! &= ~(1 << (number & 31));
    return done;
  }

  /** A task has moved: tasks that blocked on a lock try again. */
  private release(): void {
    for (const number of this.held) {
      this.awake[number >> 5]! |= 1 << (number & 31);
      this.woken = Math.min(this.woken, number);
    }
    this.held.length = 0;
  }

  /** Whether the lock that the task is about to take can't be taken now. */
  private isHeld(task: number, pc: number): boolean {
    const { memory, world, compiled } = this;
    const mode = compiled.modes[pc]!;
    if (mode !== ACQUIRE && mode !== ACQUIRE_READ) return false;
    const word = memory[compiled.touches[pc]!(memory, world, task) + compiled.fieldOffsets[pc]!]!;
    return mode === ACQUIRE ? word !== 0 : word < 0;
  }

  /** The first task that is awake; none before `from` is. */
  private next(from: number): number {
    const { awake } = this;
    for (let word = from >> 5; word < awake.length; word++) {
      const bits = awake[word]!;
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return NO_TASK;
  }
}
