/** A shard: one of the parts into which `--shard` splits a run, so that several machines share it. */

export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** A shard as reports name it: those with the same plan are parts of one run. */
export interface ShardReport extends Shard {
  /** Equal when the same tests were split in the same way. */
  readonly plan: string;
  /** How many tests all shards have together. */
  readonly tests: number;
}

/**
 * Why these reports are not the whole of a run that was split; undefined where they are, or where none of them is a shard. Shards with
 * different plans may have left out a case each.
 */
export function whyNotWhole(shards: readonly (ShardReport | undefined)[]): string | undefined {
  const given = shards.filter((shard) => shard !== undefined);
  const [first] = given;
  if (!first) return undefined;
  const plans = new Set(given.map(({ plan }) => plan));
  if (plans.size > 1)
    return `the shards were split in ${plans.size} ways, so that cases may be missing: give each the same files and the same --durations`;
  const there = new Set(given.map(({ index }) => index));
  const missing = Array.from({ length: first.of }, (_, i) => i + 1).filter((index) => !there.has(index));
  if (missing.length === 0) return undefined;
  return `shard ${missing.join(' and ')} of ${first.of} ${missing.length === 1 ? 'is' : 'are'} missing`;
}
