/** A line of the benchmark's table. */
export interface Row {
  readonly name: string;
  /** NaN: it could not be measured here; `detail` says why. */
  readonly value: number;
  readonly unit: string;
  /** At most this; undefined with `atLeast`: only shown. */
  readonly limit?: number;
  readonly atLeast?: number;
  readonly detail?: string;
}

/** What `npm run bench` runs; each makes some rows, and throws when a result is wrong. */
export interface Section {
  readonly name: string;
  readonly title: string;
  /** `smoke`: every kind of row, in a few seconds. */
  run(smoke: boolean): Promise<readonly Row[]>;
}

/** Whether the row keeps what it promises; undefined when it promises nothing, or was not measured. */
export function isKept({ value, limit, atLeast }: Row): boolean | undefined {
  if (Number.isNaN(value) || (limit === undefined && atLeast === undefined)) return undefined;
  return value <= (limit ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** The middle one, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
