/**
 * The worker processes of a parallel run. Mocha's pool waits indefinitely for a worker that ended while it had no file, and gives
 * out no further file once every worker has ended; so each worker has a pool of its own, which is dropped with it.
 */
import { createRequire } from 'node:module';

/** What a worker sends when its file is done. */
export interface FileResult {
  readonly failureCount: number;
  readonly events: readonly { eventName: string; data?: object; error?: Error }[];
}

/** As Mocha's BufferedWorkerPool. */
export interface Pool {
  run(file: string, options: unknown): Promise<FileResult>;
  terminate(force?: boolean): Promise<unknown>;
}

const { BufferedWorkerPool } = createRequire(import.meta.url)('mocha/lib/nodejs/buffered-worker-pool.js') as {
  BufferedWorkerPool: { create(options: { maxWorkers: number }): Pool };
};

/** Runs files in so many workers at most. A worker is started when a file needs it, and ended when no file waits. */
export class WorkerPool implements Pool {
  #free: number;
  #isClosed = false;
  readonly #idle: Pool[] = [];
  readonly #busy = new Set<Pool>();
  readonly #waiting: (() => void)[] = [];

  constructor(workers: number) {
    this.#free = workers;
  }

  /** The result of a file. Rejects with how the worker ended when it ended meanwhile. */
  async run(file: string, options: unknown): Promise<FileResult> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (this.#isClosed) throw new Error('the pool of workers is closed');
      return await this.#runInWorker(file, options);
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#free += 1;
        this.#release();
      }
    }
  }

  /** Takes no further file; with `force` the files under way end too. */
  async terminate(force = false): Promise<void> {
    this.#isClosed = true;
    for (const next of this.#waiting.splice(0)) next();
    if (force) for (const worker of this.#busy) end(worker, force);
    this.#release();
  }

  async #runInWorker(file: string, options: unknown): Promise<FileResult> {
    for (;;) {
      const used = this.#idle.pop();
      const worker = used ?? BufferedWorkerPool.create({ maxWorkers: 1 });
      this.#busy.add(worker);
      try {
        const result = await worker.run(file, options);
        this.#idle.push(worker);
        return result;
      } catch (error) {
        end(worker);
        // It had ended before it got the file: another worker takes it.
        if (used === undefined || !isUnreachable(error)) throw error;
      } finally {
        this.#busy.delete(worker);
      }
    }
  }

  /** Ends the workers that have no file. */
  #release(): void {
    for (const worker of this.#idle.splice(0)) end(worker);
  }
}

/** Asks a worker to end. Its end is not waited for: one that has ended already never reports it. */
function end(worker: Pool, force = false): void {
  Promise.resolve(worker.terminate(force)).catch(() => {});
}

/** Whether a worker could not be given a file: it, or the channel to it, was no longer there. */
function isUnreachable(error: unknown): boolean {
  const { message, code } = error as NodeJS.ErrnoException;
  return (
    /worker is terminated/i.test(message) || ['ERR_IPC_CHANNEL_CLOSED', 'EPIPE', 'ECONNRESET'].includes(code ?? '')
  );
}
