/**
 * The model run as it is written: one generator for each task, without the compiler. Slow, and plain enough to be right;
 * a test drives it in lock step with the compiled machine. It can't go back to a state: a run starts with a new one.
 */
import type { Case } from '../../model/case.ts';
import { FRAME } from '../../protocol/checkpoint_types.ts';
import type { Protocol } from '../../protocol/stacks.ts';
import { asWritten } from './compile/as-written.ts';
import { canFire, type Event, fire, passOver } from './faults.ts';
import { ACQUIRE, ACQUIRE_READ, type Steps, type Touch } from './kernel/access.ts';
import { DELAYED, DUE, FLAGS, OOPS, PREPARED, RUNNING, STATE } from './kernel/layout.ts';
import { OOPSED, use } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';
import { listEvents } from './machine.ts';
import { setUp } from './world.ts';

const nobodyListens = (): void => {};

export class Interpreter {
  /** The memory, without what the compiler puts there: program counters and frames. */
  readonly state: Int32Array;
  readonly world: World;
  private readonly events: readonly Event[];
  private readonly programs: Steps[] = [];
  /** By task: its next access; undefined once it has ended. */
  private readonly next: (Touch | undefined)[] = [];

  /** `taskWords`: how long a task is, so that its pointers are those of a compiled machine. */
  constructor(c: Case, protocol: Protocol, taskWords: number = FRAME) {
    const { world, memory } = setUp(c, taskWords);
    this.state = memory;
    this.world = world;
    this.events = listEvents(world);
    this.load();
    const main = asWritten(protocol);
    for (let i = 0; i < world.nrTasks; i++) {
      this.programs.push(main(this.taskOf(i)));
      this.advance(i);
    }
    if (this.state[DUE] !== 0) passOver();
  }

  /** The pointer of a task by its number. */
  taskOf(actor: number): number {
    return this.world.firstTask + actor * this.world.taskWords;
  }

  /** What the task is about to touch; undefined once it has ended. */
  touch(actor: number): Touch | undefined {
    return this.next[actor];
  }

  /** The actors that can move, in rising order: tasks by number, then the events of the environment. */
  enabled(): number[] {
    const m = this.state;
    if (m[OOPS] !== 0) return [];
    this.load();
    const { nrTasks } = this.world;
    const events = this.events.map((_, i) => nrTasks + i).filter((i) => canFire(this.events[i - nrTasks]!));
    if (m[DUE] !== 0) return events;
    const tasks = this.programs.map((_, i) => i).filter((i) => this.canMove(i));
    const prompt = tasks.filter((i) => (m[this.taskOf(i) + FLAGS]! & DELAYED) === 0);
    return [...(prompt.length > 0 ? prompt : tasks), ...events];
  }

  /** Lets an actor that is enabled do its next step. */
  step(actor: number): void {
    this.load();
    const m = this.state;
    const { nrTasks } = this.world;
    if (actor >= nrTasks) fire(this.events[actor - nrTasks]!);
    else {
      m[this.taskOf(actor) + FLAGS]! &= ~DELAYED;
      try {
        this.advance(actor);
      } catch (error) {
        if (error !== OOPSED) throw error;
      }
    }
    if (m[DUE] !== 0) passOver();
  }

  private load(): void {
    use(this.state, this.world, null, nobodyListens);
  }

  private advance(actor: number): void {
    const { value } = this.programs[actor]!.next();
    this.next[actor] = value && value.mode >= 0 ? { ...value } : undefined;
  }

  /** Awake, and no lock that it wants is held. */
  private canMove(actor: number): boolean {
    const m = this.state;
    const state = m[this.taskOf(actor) + STATE]!;
    const touch = this.next[actor];
    if (!touch || (state !== RUNNING && state !== PREPARED)) return false;
    const word = m[touch.at + touch.field]!;
    if (touch.mode === ACQUIRE) return word === 0;
    return touch.mode !== ACQUIRE_READ || word >= 0;
  }
}
