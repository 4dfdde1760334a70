/** The defect that a finding belongs to, in words: for every report. Runs in a browser too. */
import type { Bucket } from '../../src/model/signature.ts';

/** `Restore aborts when pstree.img has a duplicate pid`; of a defect that is in no file, its signature. */
export function bucketTitle({ title, signature: { property, place, shape } }: Bucket): string {
  return title ?? [property, place, shape].filter((text) => text !== '').join(', ');
}

/** `new defect 3f2a91bc07: …`, `known defect duplicate-pid: …`. */
export function bucketText(bucket: Bucket): string {
  const { id, state, defect, issue } = bucket;
  const where = issue === undefined ? '' : ` (${issue})`;
  return `${STATE_WORDS[state]} ${defect ?? id}: ${bucketTitle(bucket)}${where}`;
}

const STATE_WORDS = {
  new: 'new defect',
  known: 'known defect',
  flaky: 'known flaky defect',
  fixed: 'defect marked fixed, which shows again:',
} as const;
