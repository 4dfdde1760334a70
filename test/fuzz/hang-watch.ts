/** Finds an input that a reader never returns from: by a thread of its own, for the one that reads has no time for timers then. */
import { Worker } from 'node:worker_threads';

/** Seconds of processor time for one input after which it counts as a hang. */
const HANG = 60;
const MAX_INPUT = 1 << 20;

/** Watches the inputs of this thread. One that hangs is written into the folder and named, and the process ends by SIGKILL. */
export class HangWatch {
  /** How many inputs there were, and the length of the last one. */
  readonly #numbers = new Int32Array(new SharedArrayBuffer(8));
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(MAX_INPUT));

  constructor(folder: string, limit = HANG) {
    const workerData = { numbers: this.#numbers, bytes: this.#bytes, folder, limit };
    new Worker(new URL('hang-thread.mjs', import.meta.url), { workerData, execArgv: [] }).unref();
  }

  /** An input is read from here on. */
  begin(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, MAX_INPUT));
    Atomics.store(this.#numbers, 1, Math.min(input.length, MAX_INPUT));
    Atomics.add(this.#numbers, 0, 1);
  }
}
