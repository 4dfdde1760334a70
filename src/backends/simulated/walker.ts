/**
 * Goes along a machine without a look at every task before each step. Tasks that may be able to move are in a heap, by
 * rank; one that turns out to be asleep leaves it until the kernel wakes the task, one that wants a lock which another
 * holds until that lock is free. Events of the environment leave theirs until their target has moved.
 */
import type { Walker } from '../backend.ts';
import { canFire } from './faults.ts';
import { ACQUIRE, ACQUIRE_READ } from './kernel/access.ts';
import { DELAYED, DUE, FLAGS, OOPS, PC } from './kernel/layout.ts';
import type { SimulatedMachine } from './machine.ts';
import { RankHeap } from './rank-heap.ts';

const NONE = -1;

/** Tasks that want a lock which another holds. */
interface Lock {
  /** Its place in the memory. */
  readonly word: number;
  readonly mode: number;
  readonly waiters: RankHeap;
}

export class SimulatedWalker implements Walker {
  private readonly machine: SimulatedMachine;
  /** By actor. */
  private readonly ranks: Int32Array;
  /** By rank. */
  private readonly actors: number[] = [];
  private readonly tasks: RankHeap;
  private readonly events: RankHeap;
  /** By actor: whether its rank is in `tasks` or `events`. */
  private readonly queued: Uint8Array;
  /** Tasks that a fault delays. */
  private readonly delayed = new RankHeap();
  private readonly locks: Lock[] = [];
  /** By the number of a task: the events that may become possible when it moves. */
  private readonly eventsOf = new Map<number, number[]>();

  /** The machine stands at its start, and calls `wake` for each task that becomes able to move. `ranks` is the walker's own. */
  constructor(machine: SimulatedMachine, ranks?: Int32Array) {
    this.machine = machine;
    const { firstEvent } = machine;
    const nrActors = machine.actors.length;
    this.ranks = ranks ?? Int32Array.from({ length: nrActors }, (_, i) => i);
    this.ranks.forEach((rank, actor) => {
      this.actors[rank] = actor;
    });
    const tasks: number[] = [];
    const events: number[] = [];
    this.actors.forEach((actor, rank) => void (actor < firstEvent ? tasks : events).push(rank));
    this.tasks = new RankHeap(tasks);
    this.events = new RankHeap(events);
    this.queued = new Uint8Array(nrActors).fill(1);
    for (let actor = firstEvent; actor < nrActors; actor++) this.watch(actor);
  }

  /** An event is looked at again when its target has moved, and when the target's tracer has: its exit detaches. */
  private watch(event: number): void {
    const { events, firstEvent, world } = this.machine;
    const { target } = events[event - firstEvent]!;
    if (target === 0) return;
    const number = this.numberOf(target);
    const tracer = world.tracer[number]!;
    for (const one of tracer >= world.firstTask ? [number, this.numberOf(tracer)] : [number]) {
      const watching = this.eventsOf.get(one);
      if (watching) watching.push(event);
      else this.eventsOf.set(one, [event]);
    }
  }

  private numberOf(task: number): number {
    const { firstTask, taskWords } = this.machine.world;
    return ((task - firstTask) / taskWords) | 0;
  }

  /** The task with this pointer became able to move. */
  readonly wake = (task: number): void => {
    const number = this.numberOf(task);
    this.queue(number, this.tasks);
    this.lookAgain(number);
  };

  private queue(actor: number, heap: RankHeap): void {
    if (this.queued[actor] !== 0) return;
    this.queued[actor] = 1;
    heap.push(this.ranks[actor]!);
  }

  private lookAgain(task: number): void {
    if (this.eventsOf.size === 0) return;
    for (const event of this.eventsOf.get(task) ?? []) this.queue(event, this.events);
  }

  first(): number {
    const { machine, ranks } = this;
    const { state: m } = machine;
    if (m[OOPS] !== 0) return NONE;
    machine.load();
    if (m[DUE] !== 0) return this.firstDue();
    const prompt = this.firstPrompt();
    const task = prompt === NONE ? this.firstDelayed() : prompt;
    const event = this.firstEvent();
    if (task === NONE || event === NONE) return task === NONE ? event : task;
    return ranks[task]! < ranks[event]! ? task : event;
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
    // A task that is delayed moves when no other can.
    return (m[task + FLAGS]! & DELAYED) === 0 || this.firstPrompt() === NONE;
  }

  step(actor: number): void {
    const { machine } = this;
    machine.step(actor);
    if (actor >= machine.firstEvent) this.queue(actor, this.events);
    else {
      this.queue(actor, this.tasks);
      this.lookAgain(actor);
    }
  }

  setRank(actor: number, rank: number): void {
    this.ranks[actor] = rank;
    this.actors[rank] = actor;
    (actor < this.machine.firstEvent ? this.tasks : this.events).push(rank);
    this.queued[actor] = 1;
  }

  /** Of the events that are due, the first. */
  private firstDue(): number {
    const { ranks } = this;
    const { firstEvent, events } = this.machine;
    let first = NONE;
    for (let i = 0; i < events.length; i++) {
      const actor = firstEvent + i;
      if ((first === NONE || ranks[actor]! < ranks[first]!) && canFire(events[i]!)) first = actor;
    }
    return first;
  }

  private firstEvent(): number {
    const { firstEvent, events } = this.machine;
    return this.firstOf(this.events, (actor) => canFire(events[actor - firstEvent]!));
  }

  /** The first task that can move and is not delayed. */
  private firstPrompt(): number {
    return this.firstOf(this.tasks, (actor) => this.isReady(actor));
  }

  /** The first of a heap that `is`; those before it leave the heap. */
  private firstOf(heap: RankHeap, is: (actor: number) => boolean): number {
    for (;;) {
      if (heap === this.tasks && this.locks.length > 0) this.takeFromFreeLocks();
      const rank = heap.first;
      if (rank < 0) return NONE;
      const actor = this.actors[rank]!;
      const isCurrent = this.ranks[actor] === rank;
      if (isCurrent && is(actor)) return actor;
      heap.pop();
      if (isCurrent) this.queued[actor] = 0;
    }
  }

  /** Whether the task can move and is not delayed; else it waits where it is found again. */
  private isReady(actor: number): boolean {
    const { machine } = this;
    const task = machine.taskOf(actor);
    if (!machine.isAwake(task)) return false;
    const isDelayed = (machine.state[task + FLAGS]! & DELAYED) !== 0;
    if (isDelayed) this.delayed.push(this.ranks[actor]!);
    else if (!machine.canMove(task)) this.waitForLock(actor, task);
    else return true;
    return false;
  }

  private firstDelayed(): number {
    const { machine, delayed } = this;
    for (let rank = delayed.first; rank >= 0; rank = delayed.first) {
      const actor = this.actors[rank]!;
      const task = machine.taskOf(actor);
      if (this.ranks[actor] === rank && (machine.state[task + FLAGS]! & DELAYED) !== 0) {
        if (machine.canMove(task)) return actor;
        this.waitForLock(actor, task);
      }
      delayed.pop();
    }
    return NONE;
  }

  private waitForLock(actor: number, task: number): void {
    const { compiled, state, world } = this.machine;
    const pc = state[task + PC]!;
    const mode = compiled.modes[pc]!;
    if (mode < ACQUIRE || mode > ACQUIRE_READ) return;
    const word = compiled.touches[pc]!(state, world, task) + compiled.fieldOffsets[pc]!;
    let lock = this.locks.find((one) => one.word === word && one.mode === mode);
    if (!lock) {
      lock = { word, mode, waiters: new RankHeap() };
      this.locks.push(lock);
    }
    lock.waiters.push(this.ranks[actor]!);
  }

  /** Of the tasks that wait for a lock which is free by now, the first is looked at again; the others come after it. */
  private takeFromFreeLocks(): void {
    const { state } = this.machine;
    for (let i = this.locks.length - 1; i >= 0; i--) {
      const { word, mode, waiters } = this.locks[i]!;
      if (mode === ACQUIRE ? state[word] !== 0 : state[word]! < 0) continue;
      let rank = waiters.first;
      // Those that have another rank by now are not here any more.
      for (; rank >= 0 && this.ranks[this.actors[rank]!] !== rank; rank = waiters.first) waiters.pop();
      if (rank < 0) this.locks.splice(i, 1);
      else {
        waiters.pop();
        this.queue(this.actors[rank]!, this.tasks);
      }
    }
  }
}
