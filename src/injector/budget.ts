/** What a search may use, and whether it has to end. */
import os from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Stop } from '../record/verdict.ts';

/** The limits of a search. One that reaches a limit is `incomplete`, unless it has found a failure by then. */
export interface Limits {
  /** States that an exhaustive search may look at, from 1; 20,000,000. */
  readonly maxStates?: number;
  /** Milliseconds for one case; by default there is no such limit. */
  readonly timeout?: number;
  /** Bytes that an exhaustive search may hold; a quarter of the machine's memory. */
  readonly maxMemory?: number;
  /** Aborted: the case ends soon. */
  readonly signal?: AbortSignal;
}

/**
 * A quarter of the memory that this process may have: a search, the garbage of the one before it, and what else a machine
 * does fit beside each other.
 */
export function defaultMaxMemory(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  const total = os.totalmem();
  // Without a limit of its own the kernel says a number that no machine has.
  return Math.floor((allowed > 0 && allowed < total ? allowed : total) / 4);
}

/** The limits of one case, from the moment at which it is made. */
export class Budget {
  readonly limits: Limits;
  readonly #end: number;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#end = performance.now() + (limits.timeout ?? Number.POSITIVE_INFINITY);
  }

  /** Why the search has to end now; undefined: it goes on. */
  get stop(): Stop | undefined {
    const { signal, timeout } = this.limits;
    if (signal?.aborted) return { by: 'interrupt' };
    return timeout !== undefined && performance.now() >= this.#end ? { by: 'time', limit: timeout } : undefined;
  }

  /**
   * Runs slices to their end, and lets other things have their turn between them: a signal, a reporter's timer. Undefined
   * when the budget ended it before that, or `each`, which is called for every slice, returned true.
   */
  async run<Slice, T>(
    slices: Generator<Slice, T>,
    each: (slice: Slice) => boolean | undefined | Promise<boolean | undefined> = () => false,
  ): Promise<T | undefined> {
    for (;;) {
      const { done, value } = slices.next();
      if (done) return value as T;
      if ((await each(value as Slice)) || this.stop) return undefined;
      await nextTurn();
    }
  }
}
