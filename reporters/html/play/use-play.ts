/** The branch that a user plays from a record: its state, and how it continues. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Case } from '../../../src/model/case.ts';
import type { RunRecord } from '../../../src/record/record.ts';
import { readBuild } from '../data.ts';
import type { ReportIndex } from '../format.ts';
import { buildKey, makeByScript, openPacked } from './packed-build.ts';
import { type Branch, Player } from './player.ts';

export interface Play {
  readonly player: Player;
  /** Undefined: the recorded run is shown, and may be left at each of its steps. */
  readonly branch: Branch | undefined;
  /** The recorded run as a branch: its moves. */
  readonly recorded: Branch;
  readonly show: (branch: Branch | undefined) => void;
}

/** Whether the report contains what is needed to continue this record. */
export function isPlayable(index: ReportIndex, record: RunRecord, c: Case | undefined): c is Case {
  return record.backend === 'simulated' && c !== undefined && findBuild(index, record, c) !== undefined;
}

function findBuild(index: ReportIndex, record: RunRecord, c: Case): number | undefined {
  return index.builds?.[buildKey(record.protocol, c.restart.debug)];
}

/** The play of a record, once it was asked for and its protocol is loaded; an error when it cannot be. */
export function usePlay(
  index: ReportIndex,
  record: RunRecord,
  c: Case | undefined,
): { readonly play: Play | Error | undefined; readonly begin: () => void } {
  const [wanted, setWanted] = useState(false);
  const [player, setPlayer] = useState<Player | Error>();
  const [branch, show] = useState<Branch>();
  useEffect(() => {
    setWanted(false);
    setPlayer(undefined);
    show(undefined);
  }, [record]);
  useEffect(() => {
    if (!wanted || !isPlayable(index, record, c)) return undefined;
    let current = true;
    readBuild(findBuild(index, record, c)!)
      .then((build) => new Player(openPacked(c, build, makeByScript)))
      .then(
        (made) => current && setPlayer(made),
        (error: Error) => current && setPlayer(error),
      );
    return () => {
      current = false;
    };
  }, [wanted, index, record, c]);
  const recorded = useMemo(
    () => (player instanceof Player ? player.play(player.movesOf(record)) : undefined),
    [player, record],
  );
  const begin = useCallback(() => setWanted(true), []);
  if (player instanceof Error) return { play: player, begin };
  return { play: player && recorded && { player, branch, recorded, show }, begin };
}
