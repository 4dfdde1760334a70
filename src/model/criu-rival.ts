/** A second CRIU, which does something to the same tree, or its images, while the first one waits at a stage. */
import type { CriuSetup, CriuStage, Optional } from './criu.ts';
import { callOfStage } from './criu.ts';
import { whatDumpLeaves } from './criu-options.ts';
import { type RoundCall, splitRounds } from './criu-rounds.ts';

export interface CriuRival extends Optional {
  /** What the second one does. */
  readonly call: RoundCall;
  /** The stage of the first one at which it begins, and ends unless it is stopped or delayed. */
  readonly at: CriuStage;
  /** Both, or none of them. */
  readonly fault?: RivalFault;
  /** The stage of the second one. */
  readonly after?: CriuStage;
}

/** What can happen to the second one. */
export const RIVAL_FAULTS = {
  kill: 'it receives SIGKILL',
  stop: 'it receives SIGSTOP, the first goes on, and it is continued when the first has ended',
  delay: 'it is stopped for half a second, and the first goes on',
} as const;
export type RivalFault = keyof typeof RIVAL_FAULTS;
export const RIVAL_FAULT_NAMES = Object.keys(RIVAL_FAULTS) as RivalFault[];

/** The stages after which something can happen to the second one. */
export const STAGES_OF_SECOND: Readonly<Record<RoundCall, readonly CriuStage[]>> = {
  dump: ['pre-dump', 'post-dump'],
  'pre-dump': [],
  restore: ['pre-restore', 'post-restore', 'pre-resume', 'post-resume'],
};

/** The stages at which each call of a second CRIU has something to work on. */
export const STAGES_OF_RIVAL: Readonly<Record<RoundCall, readonly CriuStage[]>> = {
  dump: ['pre-dump', 'post-dump', 'post-restore', 'pre-resume'],
  'pre-dump': ['pre-dump', 'post-dump', 'post-restore', 'pre-resume'],
  restore: ['post-dump', 'pre-restore', 'post-restore', 'pre-resume', 'post-resume'],
};

/** `a second CRIU (dump) at post-restore, kill after pre-dump`. */
export function describeRival({ call, at, fault, after }: CriuRival): string {
  return `a second CRIU (${call}) at ${at}${fault ? `, ${fault} after ${after}` : ''}`;
}

/** Why a second CRIU cannot do this; undefined: it can. */
export function refuseRival(setup: CriuSetup): string | undefined {
  const { rival, rounds, parallel, namespace } = setup;
  if (!rival) return undefined;
  const { call, at, fault, after } = rival;
  const last = splitRounds(rounds).at(-1);
  const of = callOfStage(at);
  if (!STAGES_OF_RIVAL[call].includes(at)) return `at ${at} there is nothing that a second CRIU can ${call}`;
  if (of === 'dump' ? !last?.dumps : !last?.restores) return `the last round has no ${of}`;
  if (call === 'restore' && of === 'dump' && namespace === 'own')
    return 'in a pid namespace of its own a restored tree does not meet the one that is dumped';
  if (parallel !== undefined) return 'restores at one time are rivals of each other';
  if ((fault === undefined) !== (after === undefined))
    return 'a fault needs the stage after which it comes (after), and that a fault';
  if (fault !== undefined && !STAGES_OF_SECOND[call].includes(after!)) return `a second ${call} has no stage ${after}`;
  return call === 'dump' && of === 'dump' && whatDumpLeaves(setup) !== 'nothing'
    ? 'of two dumps that leave the tree both may succeed'
    : undefined;
}
