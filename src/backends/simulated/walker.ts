/**
 * Steps a machine without polling every task before each step. A set bit means that a task may be able to move; it is
 * cleared when the task turns out to be asleep, and set again when the kernel wakes the task.
 */
import type { Walker } from '../backend.ts';
import { canFire } from './faults.ts';
import { DELAYED, DUE, FLAGS, OOPS } from './kernel/layout.ts';
import type { SimulatedMachine } from './machine.ts';

const NONE = -1;

export class SimulatedWalker implements Walker {
  private readonly machine: SimulatedMachine;
  /** By task: whether it may be awake. */
  private readonly awake: Int32Array;
  /** No bit is on in the words before this one. */
  private firstWord = 0;

  /** The machine stands at its start, and calls `wake` for each task that becomes able to move. */
  constructor(machine: SimulatedMachine) {
    this.machine = machine;
    this.awake = new Int32Array((machine.world.nrTasks + 31) >> 5).fill(-1);
  }

  /** The task with this pointer became able to move. */
  readonly wake = (task: number): void => {
    const { firstTask, taskWords } = this.machine.world;
    const number = ((task - firstTask) / taskWords) | 0;
    this.awake[number >> 5]! |= 1 << (number & 31);
    if (number >> 5 < this.firstWord) this.firstWord = number >> 5;
  };

  first(): number {
    const { machine } = this;
    const { state: m } = machine;
    if (m[OOPS] !== 0) return NONE;
    machine.load();
    if (m[DUE] !== 0) return this.firstEvent();
    const task = this.firstTask();
    return task === NONE ? this.firstEvent() : task;
  }

  can(actor: number): boolean {
    const { machine } = this;
    const { state: m, firstEvent, events } = machine;
    if (m[OOPS] !== 0) return false;
    machine.load();
    if (actor >= firstEvent) return canFire(events[actor - firstEvent]!);
    if (m[DUE] !== 0) return false;
    const task = machine.taskOf(actor);
    if (!machine.canMove(task)) return false;
    // A task that is held back moves when no other can.
    return (m[task + FLAGS]! & DELAYED) === 0 || (m[machine.taskOf(this.first()) + FLAGS]! & DELAYED) !== 0;
  }

  step(actor: number): void {
    this.machine.step(actor);
  }

  private firstEvent(): number {
    const { firstEvent, events } = this.machine;
    for (let i = 0; i < events.length; i++) if (canFire(events[i]!)) return firstEvent + i;
    return NONE;
  }

  /** The first task that can move and is not held back; where all are, the first of them. */
  private firstTask(): number {
    const { machine, awake } = this;
    const { state: m } = machine;
    const { nrTasks } = machine.world;
    let delayed = NONE;
    for (let word = this.firstWord; word < awake.length; word++) {
      if (awake[word] === 0 && word === this.firstWord) this.firstWord++;
      for (let bits = awake[word]!; bits !== 0; bits &= bits - 1) {
        const bit = 31 - Math.clz32(bits & -bits);
        const number = (word << 5) + bit;
        if (number >= nrTasks) break;
        const task = machine.taskOf(number);
        if (!machine.isAwake(task)) awake[word]! &= ~(1 << bit);
        else if (!machine.canMove(task)) continue;
        else if ((m[task + FLAGS]! & DELAYED) === 0) return number;
        else if (delayed === NONE) delayed = number;
      }
    }
    return delayed;
  }
}
