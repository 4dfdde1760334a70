/** A second CRIU, which does something to the same tree, or its images, while the first one waits at a stage. */
import type { CriuSetup, CriuStage, Optional } from './criu.ts';
import { callOfStage } from './criu.ts';
import { whatDumpLeaves } from './criu-options.ts';
import { type RoundCall, splitRounds } from './criu-rounds.ts';

export interface CriuRival extends Optional {
  /** What the second one does. */
  readonly call: RoundCall;
  /** The stage of the first one at which it begins and ends. */
  readonly at: CriuStage;
}

/** The stages at which each call of a second CRIU has something to work on. */
export const STAGES_OF_RIVAL: Readonly<Record<RoundCall, readonly CriuStage[]>> = {
  dump: ['pre-dump', 'post-dump', 'post-restore', 'pre-resume'],
  'pre-dump': ['pre-dump', 'post-dump', 'post-restore', 'pre-resume'],
  restore: ['post-dump', 'pre-restore', 'post-restore', 'pre-resume', 'post-resume'],
};

/** Why a second CRIU cannot do this; undefined: it can. */
export function refuseRival(setup: CriuSetup): string | undefined {
  const { rival, rounds, parallel, namespace } = setup;
  if (!rival) return undefined;
  const { call, at } = rival;
  const last = splitRounds(rounds).at(-1);
  const of = callOfStage(at);
  if (!STAGES_OF_RIVAL[call].includes(at)) return `at ${at} there is nothing that a second CRIU can ${call}`;
  if (of === 'dump' ? !last?.dumps : !last?.restores) return `the last round has no ${of}`;
  if (call === 'restore' && of === 'dump' && namespace === 'own')
    return 'in a pid namespace of its own a restored tree does not meet the one that is dumped';
  if (parallel !== undefined) return 'restores at one time are rivals of each other';
  return call === 'dump' && of === 'dump' && whatDumpLeaves(setup) !== 'nothing'
    ? 'of two dumps that leave the tree both may succeed'
    : undefined;
}
