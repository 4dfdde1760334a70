/** The findings of a run by defect, counted while it goes: a title and a number for each, whatever the number of cases. */
import type { Bucket } from '../../src/model/signature.ts';
import { type CaseResult, isFinding } from './result.ts';

/** The cases that show one defect. */
export interface BucketCount {
  readonly bucket: Bucket;
  readonly cases: number;
  /** Of these, cases that fail. */
  readonly failed: number;
}

/** Two findings are one when they have the same defect in the file of known defects, else the same signature. */
export function bucketKey({ defect, id }: Bucket): string {
  return defect ?? id;
}

export class BucketTally {
  readonly #counts = new Map<string, { bucket: Bucket; cases: number; failed: number }>();

  add({ kind, verdict }: CaseResult): void {
    const bucket = verdict?.bucket;
    if (!bucket) return;
    const key = bucketKey(bucket);
    const count = this.#counts.get(key) ?? { bucket, cases: 0, failed: 0 };
    this.#counts.set(key, count);
    count.cases += 1;
    if (isFinding(kind)) count.failed += 1;
  }

  /** The most frequent first; as frequent ones in the order in which they were met. */
  list(): readonly BucketCount[] {
    return [...this.#counts.values()].sort((a, b) => b.cases - a.cases);
  }
}
