/** `--shard i/n`: splits the tests of a run into parts that take about as long as each other. */
import { createHash } from 'node:crypto';

/** A test to be assigned. */
export interface Weighed {
  /** Unique in its run. */
  readonly key: string;
  /** Milliseconds; undefined where it was never run. */
  readonly duration: number | undefined;
}

/** Hexadecimal digits of a plan. */
const PLAN_DIGITS = 12;

/**
 * The shard of each test, from 1, in their order; and the plan. The longest test is assigned first, each to the shard that has least to
 * do (LPT: at most 4/3 of the best split). A test without a duration counts as the median of the others. Equal input gives an equal split.
 */
export function splitIntoShards(tests: readonly Weighed[], of: number): { shards: number[]; plan: string } {
  const known = tests.flatMap(({ duration }) => (duration === undefined ? [] : [duration])).sort((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)] ?? 1;
  const weights = tests.map(({ duration }) => Math.max(duration ?? usual, 0.1));
  const order = tests
    .map((_, i) => i)
    .sort((a, b) => weights[b]! - weights[a]! || compare(tests[a]!.key, tests[b]!.key));
  const loads = new Array<number>(of).fill(0);
  const shards = new Array<number>(tests.length).fill(0);
  for (const i of order) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least]! += weights[i]!;
    shards[i] = least + 1;
  }
  const plan = createHash('sha256').update(JSON.stringify([of, tests.map(({ key }, i) => [key, shards[i]])]));
  return { shards, plan: plan.digest('hex').slice(0, PLAN_DIGITS) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
