/** What a search may use, and whether it has to end. */
import os from 'node:os';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import v8 from 'node:v8';
import type { CaseOptions } from '../config/index.ts';
import type { Stop } from '../record/verdict.ts';

/** The limits of a search. One that reaches a limit is `incomplete`, unless it has found a failure by then. */
export interface Limits extends Pick<CaseOptions, 'maxStates' | 'timeout' | 'maxMemory'> {
  /** Of these states, how many other cases of the same run have looked at already. */
  readonly spentStates?: number;
  /** When the run that the case is part of has to end, as Date.now() counts; `timeout` says how long the run may take. */
  readonly deadline?: number;
  /** Aborted: the case ends soon. */
  readonly signal?: AbortSignal;
}

/**
 * The part of Node's heap that may be full while a case runs. Where more is used, at least half as much is no garbage (the
 * collector lets the heap grow to the middle of what is alive and the limit), and judging a run may double that.
 */
const PART_OF_HEAP = 0.7;

/**
 * A quarter of the memory that this process may have, so that a search, the garbage of the previous one, and other programs fit
 * into memory together.
 */
export function defaultMaxMemory(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  const total = os.totalmem();
  // Where no limit is set, the kernel reports a number larger than any memory.
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

  /** Why the search must stop now; undefined while it may continue. */
  get stop(): Stop | undefined {
    const { signal, timeout, deadline } = this.limits;
    if (signal?.aborted) return { by: 'interrupt' };
    const isLate = performance.now() >= this.#end || (deadline !== undefined && Date.now() >= deadline);
    if (timeout !== undefined && isLate) return { by: 'time', limit: timeout };
    const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics();
    return used > PART_OF_HEAP * limit ? { by: 'memory', limit } : undefined;
  }

  /**
   * Runs slices to their end, and lets pending events be handled between them: a signal, a reporter's timer. Undefined
   * when the budget ended it before that, or `each`, which is called for every slice, returned true.
   */
  async run<Slice, T>(
    slices: Generator<Slice, T> | AsyncGenerator<Slice, T>,
    each: (slice: Slice) => boolean | undefined | Promise<boolean | undefined> = () => false,
  ): Promise<T | undefined> {
    try {
      for (;;) {
        const { done, value } = await slices.next();
        if (done) return value as T;
        if ((await each(value as Slice)) || this.stop) return undefined;
        await yieldToEvents();
      }
    } finally {
      if (Symbol.asyncIterator in slices) await slices.return(undefined as T);
    }
  }
}
