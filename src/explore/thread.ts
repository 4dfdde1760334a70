/** A thread of a search: does one part, and exchanges with the others at each depth. Started by threads.ts. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Machine, Plan } from '../backends/backend.ts';
import { type Expanded, Partition } from './partition.ts';

/** What a thread is started with. */
export interface ThreadStart {
  /** URL of the module that exports `open(plan): Machine`. */
  readonly module: string;
  readonly plan: Plan;
  readonly reduce: boolean;
  readonly maxStates: number;
  readonly maxBytes: number;
  readonly index: number;
  readonly parts: number;
  /** The ports to the other threads, by part. */
  readonly ports: readonly (MessagePort | null)[];
  /** Shared by all threads: a barrier, then the figures of each part. */
  readonly control: Int32Array;
  /** Shared by all threads: the bytes of each part. */
  readonly bytes: Float64Array;
}

/** What a thread reports. */
export type ThreadReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'depth';
      readonly depth: number;
      readonly expanded: Expanded;
      readonly states: number;
      readonly transitions: number;
    }
  | { readonly kind: 'end'; readonly stopped?: 'states' | 'memory' };

/* Words of `control`. */
const ARRIVED = 0;
const ROUND = 1;
/** For each part: its states, and those of them that wait. */
const FIGURES = 2;

/** Words of `control` for so many parts. */
export function controlWords(parts: number): number {
  return FIGURES + 2 * parts;
}

/** A chunk of the sender's pool, which the receiver may read from now on. */
interface Chunk {
  readonly chunk: Int32Array;
}
/** The keys of the sender's states of this depth. */
interface Keys {
  readonly keys: Float64Array;
}
/** The receiver's states that the sender has reached from this depth. */
interface Successors {
  readonly successors: Int32Array<ArrayBuffer>;
}

class Thread {
  readonly #start: ThreadStart;
  readonly #part: Partition;
  readonly #others: readonly number[];

  constructor(start: ThreadStart, machine: Machine) {
    const { index, parts, reduce, ports } = start;
    this.#start = start;
    this.#others = Array.from({ length: parts }, (_, i) => i).filter((i) => i !== index);
    const share = (chunk: Int32Array): void => {
      for (const other of this.#others) ports[other]!.postMessage({ chunk } satisfies Chunk);
    };
    this.#part = new Partition(machine, { reduce, index, parts, share });
  }

  run(): void {
    const part = this.#part;
    part.start();
    let base = 0;
    for (let depth = 0; ; depth++) {
      const keys = part.begin(depth);
      this.#publish();
      for (const other of this.#others) this.#start.ports[other]!.postMessage({ keys } satisfies Keys);
      this.#meet();
      const stopped = this.#stopped();
      if (stopped !== undefined) return report({ kind: 'end', ...(stopped !== 'done' && { stopped }) });
      const { numbers, size } = this.#number(keys, base);
      base += size;
      const expanded = part.expand(depth, numbers);
      for (const other of this.#others) {
        const successors = part.takeMessage(other);
        this.#start.ports[other]!.postMessage({ successors } satisfies Successors, [successors.buffer]);
      }
      this.#meet();
      for (const other of this.#others) part.receive(other, this.#await<Successors>(other).successors);
      const { states, transitions } = part;
      const { trace } = expanded;
      const message: ThreadReport = { kind: 'depth', depth, expanded, states, transitions };
      parentPort!.postMessage(message, [trace.buffer as ArrayBuffer]);
    }
  }

  /** The places of the states with these keys in the order of expansion, and how many states all parts have at this depth. */
  #number(keys: Float64Array, base: number): { readonly numbers: Int32Array; readonly size: number } {
    const numbers = new Int32Array(keys.length).map((_, i) => base + i);
    let size = keys.length;
    for (const other of this.#others) {
      const theirs = this.#await<Keys>(other).keys;
      size += theirs.length;
      for (let i = 0, before = 0; i < keys.length; i++) {
        while (before < theirs.length && theirs[before]! < keys[i]!) before++;
        numbers[i]! += before;
      }
    }
    return { numbers, size };
  }

  #publish(): void {
    const { control, bytes, index } = this.#start;
    control[FIGURES + 2 * index] = this.#part.states;
    control[FIGURES + 2 * index + 1] = this.#part.waiting;
    bytes[index] = this.#part.bytes;
  }

  /** Why the search ends at this depth, the same in every part; undefined: it goes on. */
  #stopped(): 'done' | 'states' | 'memory' | undefined {
    const { control, bytes, parts, maxStates, maxBytes } = this.#start;
    let states = 0;
    let waiting = 0;
    let sum = 0;
    for (let i = 0; i < parts; i++) {
      states += control[FIGURES + 2 * i]!;
      waiting += control[FIGURES + 2 * i + 1]!;
      sum += bytes[i]!;
    }
    if (waiting === 0) return 'done';
    if (states > maxStates) return 'states';
    return sum > maxBytes ? 'memory' : undefined;
  }

  /** Waits until every part is here. */
  #meet(): void {
    const { control, parts } = this.#start;
    const round = Atomics.load(control, ROUND);
    if (Atomics.add(control, ARRIVED, 1) === parts - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, ROUND, 1);
      Atomics.notify(control, ROUND);
      return;
    }
    while (Atomics.load(control, ROUND) === round) Atomics.wait(control, ROUND, round);
  }

  /** The next message of another part, which it has sent before it was met; new chunks of its pool come before it. */
  #await<M extends Keys | Successors>(part: number): M {
    for (;;) {
      const { message } = receiveMessageOnPort(this.#start.ports[part]!) as { readonly message: M | Chunk };
      if (!('chunk' in message)) return message;
      this.#part.addChunk(part, message.chunk);
    }
  }
}

function report(message: ThreadReport): void {
  parentPort!.postMessage(message);
}

/** Runs the thread. Its search begins at the first message. */
export async function runThread(): Promise<void> {
  const start = workerData as ThreadStart;
  const { open } = (await import(start.module)) as { readonly open: (plan: Plan) => Machine };
  const thread = new Thread(start, open(start.plan));
  parentPort!.once('message', () => thread.run());
  report({ kind: 'ready' });
}
