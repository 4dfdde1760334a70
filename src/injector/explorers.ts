/** The ways to choose schedules, by name: the seam between the injector and `src/explore`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backend, Plan } from '../backends/backend.ts';
import type { Explore } from '../model/case.ts';
import type { JudgeRecord } from './judge.ts';
import { type ExploreResult, Tally } from './tally.ts';

/** What a search is asked to do. */
export interface ExploreRequest {
  readonly backend: Backend;
  /** `plan.seed` is the base; a strategy derives the rest from it. */
  readonly plan: Plan;
  readonly explore: Explore;
  readonly judge: JudgeRecord;
  /** Aborted: stop at the next convenient moment and report what was seen so far. */
  readonly signal?: AbortSignal;
}

export type Explorer = (request: ExploreRequest) => Promise<ExploreResult>;

/** After so many runs other things get their turn: a signal, a reporter's timer. */
const RUNS_PER_TURN = 64;

/** The seed of the i-th schedule; a single schedule has the seed itself, so that `--seed` with a record's seed repeats it. */
export function seedOf(base: string, index: number, schedules: number): string {
  return schedules === 1 ? base : `${base}/${index}`;
}

/** One run after the other, each with a seed derived from the plan's; ends at the first failure. Works on every backend. */
export const random: Explorer = async ({ backend, plan, explore, judge, signal }) => {
  const tally = new Tally(judge);
  let schedules = 0;
  while (schedules < explore.schedules && !tally.failing && !signal?.aborted) {
    const seed = seedOf(plan.seed, schedules, explore.schedules);
    schedules += 1;
    tally.add(await backend.run({ ...plan, seed }));
    if (schedules % RUNS_PER_TURN === 0) await nextTurn();
  }
  return tally.result({ strategy: 'random', schedules, complete: false });
};

/** The strategies of this build, for backends whose steps can be chosen. To add one is to add a line. */
export const EXPLORERS: Partial<Record<Explore['strategy'], Explorer>> = { random };
