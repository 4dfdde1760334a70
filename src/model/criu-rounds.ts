/** Rounds: how often, and in which order, a tree is dumped and restored. */
import type { CriuCall, CriuSetup } from './criu.ts';
import { whatDumpLeaves } from './criu-options.ts';

/** What CRIU is asked for. A pre-dump copies the memory of a tree that keeps running; the dump after it has only what changed since. */
export type RoundCall = 'pre-dump' | CriuCall;

/** A dump with the pre-dumps before it, and the restore of its images; without a dump a restore of the images of the round before. */
export interface Round {
  readonly preDumps: number;
  readonly dumps: boolean;
  readonly restores: boolean;
}

/** The rounds of these calls: a restore ends one, and so does a dump that another dump or pre-dump follows. */
export function splitRounds(calls: readonly RoundCall[]): Round[] {
  const rounds: Round[] = [];
  let open: Round | undefined;
  const close = () => {
    if (open) rounds.push(open);
    open = undefined;
  };
  for (const call of calls) {
    if (open?.dumps && call !== 'restore') close();
    const now: Round = open ?? { preDumps: 0, dumps: false, restores: false };
    open =
      call === 'pre-dump'
        ? { ...now, preDumps: now.preDumps + 1 }
        : { ...now, ...(call === 'dump' ? { dumps: true } : { restores: true }) };
    if (call === 'restore') close();
  }
  close();
  return rounds;
}

/** Why these calls cannot follow each other; undefined: they can. */
export function refuseRounds(setup: Pick<CriuSetup, 'rounds' | 'options'>): string | undefined {
  const rounds = splitRounds(setup.rounds);
  if (!rounds[0]?.dumps) return 'the first round dumps the tree: there are no images before';
  if (rounds.some(({ preDumps, dumps }) => preDumps > 0 && !dumps)) return 'a pre-dump is followed by a dump';
  const stays = whatDumpLeaves(setup) !== 'nothing';
  const gone = rounds.some(({ restores }, i) => !restores && rounds[i + 1]?.dumps);
  return gone && !stays
    ? 'a tree that was dumped must be restored before it is dumped again, or stay (leave-running)'
    : undefined;
}

/** Why there cannot be several restores at one time; undefined: there can. */
export function refuseParallel({ rounds, servers, interface: way }: CriuSetup): string | undefined {
  if (splitRounds(rounds).at(-1)?.restores !== true) return 'the last round has no restore';
  if (way === 'rpc') return 'restores at one time are started by the command line';
  return servers?.restore ? 'a lazy-pages daemon serves one restore' : undefined;
}
