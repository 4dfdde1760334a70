/** What all cases of a run may use together: time until a deadline, and states of exhaustive searches. */
import type { CaseOptions } from '../config/index.ts';
import type { Verdict } from '../record/verdict.ts';

/** How a worker process comes by the deadline of the run that it is part of. */
export const DEADLINE_VARIABLE = 'MKTROUBLE_DEADLINE';

export class RunLimits {
  readonly #deadline: number | undefined;
  #states = 0;

  /** From now on, or with the deadline of the run that this process works for. */
  constructor({ timeout }: CaseOptions, given = process.env[DEADLINE_VARIABLE]) {
    const inherited = Number(given);
    this.#deadline = inherited > 0 ? inherited : timeout === undefined ? undefined : Date.now() + timeout;
  }

  /** For the processes that this one starts; undefined: there is no deadline. */
  get deadline(): string | undefined {
    return this.#deadline === undefined ? undefined : String(this.#deadline);
  }

  /** What is left for the next case, in the words of RunOptions. */
  next({ maxStates }: CaseOptions): { readonly deadline?: number; readonly spentStates?: number } {
    return {
      ...(this.#deadline !== undefined && { deadline: this.#deadline }),
      ...(maxStates !== undefined && { spentStates: this.#states }),
    };
  }

  add({ tried }: Verdict): void {
    this.#states += tried.states ?? 0;
  }
}
