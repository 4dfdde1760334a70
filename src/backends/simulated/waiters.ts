/** Tasks that want a lock which another holds, by their lock: whether they can move now is one look at each lock. */
import { ACQUIRE } from './kernel/access.ts';

interface Lock {
  /** Its place in the memory. */
  readonly word: number;
  /** ACQUIRE or ACQUIRE_READ. */
  readonly mode: number;
  /** Numbers of tasks, in no order. */
  readonly tasks: number[];
}

export class Waiters {
  /** No more than a few at a time: a lock that nothing waits for is not there. */
  private readonly locks: Lock[] = [];
  private readonly memory: Int32Array;

  constructor(memory: Int32Array) {
    this.memory = memory;
  }

  get isEmpty(): boolean {
    return this.locks.length === 0;
  }

  clear(): void {
    this.locks.length = 0;
  }

  add(task: number, word: number, mode: number): void {
    const lock = this.locks.find((one) => one.word === word && one.mode === mode);
    if (lock) lock.tasks.push(task);
    else this.locks.push({ word, mode, tasks: [task] });
  }

  /** How many tasks wait for a lock that is free by now. */
  countFree(): number {
    let count = 0;
    for (const lock of this.locks) if (this.isFree(lock)) count += lock.tasks.length;
    return count;
  }

  /** Takes out one of those that `countFree` counts, by its number among them from 0. */
  take(number: number): number {
    for (const [at, lock] of this.locks.entries()) {
      if (!this.isFree(lock)) continue;
      const { tasks } = lock;
      if (number >= tasks.length) {
        number -= tasks.length;
        continue;
      }
      const task = tasks[number]!;
      tasks[number] = tasks.at(-1)!;
      tasks.pop();
      if (tasks.length === 0) this.locks.splice(at, 1);
      return task;
    }
    throw new Error('no such waiter');
  }

  private isFree({ word, mode }: Lock): boolean {
    const held = this.memory[word]!;
    return mode === ACQUIRE ? held === 0 : held >= 0;
  }
}
