/** How a verdict travels on a Mocha test, also from a worker of a parallel run (where a test is a plain object). */
import type { Verdict } from './verdict.ts';

/** Puts a verdict on a test; in a worker it is sent along because the test's `serialize` is extended. */
export function attachVerdict(test: object, verdict: Verdict): void {
  const carrier = test as { verdict?: Verdict; serialize?: () => Record<string, unknown> };
  carrier.verdict = verdict;
  const serialize = carrier.serialize;
  if (serialize && !Object.hasOwn(test, 'serialize')) {
    carrier.serialize = function (this: typeof carrier) {
      return { ...serialize.call(this), verdict: this.verdict };
    };
  }
}

/** The verdict on a test; undefined for a test that is not a scenario's. */
export function verdictOf(test: object): Verdict | undefined {
  return (test as { verdict?: Verdict }).verdict;
}
