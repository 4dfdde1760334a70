/** The ways to choose schedules, by name: the seam between the injector and `src/explore`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Backend, isSchedulable, type Machine, type Plan, type SchedulableBackend } from '../backends/backend.ts';
import {
  DEFAULT_MAX_STATES,
  follow,
  type SampleResult,
  type SearchResult,
  sampleInSlices,
  searchInSlices,
} from '../explore/index.ts';
import type { Explore } from '../model/case.ts';
import type { Stop, Tried } from '../record/verdict.ts';
import type { Compare } from './differential.ts';
import type { JudgeRecord } from './judge.ts';
import type { Keep } from './keep.ts';
import { faultsOfSchedule } from './never-fired.ts';
import { type JudgeCase, Recorder, smallestInSlices } from './recorder.ts';
import { type ExploreResult, Tally } from './tally.ts';
import { unscheduled } from './unscheduled.ts';

/** What a search is asked to do. */
export interface ExploreRequest {
  readonly backend: Backend;
  /** `plan.seed` is the base; a strategy derives the rest from it. */
  readonly plan: Plan;
  readonly explore: Explore;
  /** Real tasks may race on for longer than `explore` says, until a known defect shows. */
  readonly patient?: boolean;
  readonly judge: JudgeRecord;
  /** Whether to say what of the protocol was reached. */
  readonly coverage?: boolean;
  /** The same for a smaller case that a finding is shrunk to. */
  readonly judgeCase: JudgeCase;
  /** Of a backend that chooses for itself: what a search of its model says, whose schedules can be imposed on it. */
  readonly searchModel?: () => Promise<ExploreResult>;
  /** Holds its runs against the model. */
  readonly compare?: Compare;
  /** States that an exhaustive search may look at; by default DEFAULT_MAX_STATES. */
  readonly maxStates?: number;
  /** Of a backend that chooses for itself: where its runs put what they leave. */
  readonly keep?: Keep;
  /** Aborted: stop at the next convenient moment and report what was seen so far. */
  readonly signal?: AbortSignal;
}

/** A request to a backend whose steps can be chosen. */
type Scheduled = ExploreRequest & { readonly backend: SchedulableBackend };

export type Explorer = (request: ExploreRequest) => Promise<ExploreResult>;

/** After so many runs other things get their turn: a signal, a reporter's timer. */
const RUNS_PER_TURN = 64;

const INTERRUPTED: Stop = { by: 'interrupt' };

/**
 * Judges one run for each way in which the case ended; stops at the first failure, with its schedule made simple. Then one for
 * each fault that fired: ends alike may be reached with it and without it.
 */
async function judgeEndings(
  { endings, firing }: Pick<SearchResult | SampleResult, 'endings' | 'firing'>,
  recorder: Recorder,
  tally: Tally,
  request: Scheduled,
): Promise<void> {
  const { backend, plan, judge, judgeCase, signal } = request;
  let judged = 0;
  for (const { moves } of endings) {
    const record = recorder.record(moves);
    const judgement = judge(record);
    if (judgement.failures.length > 0) {
      tally.endings.judged(record, judgement);
      const smallest = await inTurns(smallestInSlices(backend, plan, moves, judgeCase), signal);
      tally.keep(smallest ?? { record, judgement });
    } else tally.add(record);
    if (tally.failing || signal?.aborted) break;
    if (++judged % RUNS_PER_TURN === 0) await nextTurn();
  }
  for (const moves of firing) if (!tally.failing && !signal?.aborted) tally.add(recorder.record(moves));
  for (const { outcome, moves } of endings) tally.endings.reachable(outcome, moves.length);
}

/** A number of schedules, drawn at random or by priorities. */
const sampled: Explorer = async (request) => {
  const { backend, plan, explore, judge } = request;
  if (!isSchedulable(backend)) return unscheduled(request);
  const tally = new Tally(judge);
  const recorder = new Recorder(backend, plan);
  const machine = backend.open(plan, { coverage: request.coverage ?? false });
  const slices = sampleInSlices(machine, {
    strategy: explore.strategy === 'pct' ? 'pct' : 'random',
    schedules: explore.schedules,
    seed: plan.seed,
    depth: explore.depth,
    maxSteps: plan.maxSteps,
  });
  const result = await inTurns(slices, request.signal);
  if (!result) return tally.result({ strategy: explore.strategy, schedules: 0, complete: false, stopped: INTERRUPTED });
  if (result.cut) tally.add(recorder.record(result.cut, 'cut'));
  await judgeEndings(result, recorder, tally, { ...request, backend });
  const stopped = interruption(request);
  const tried: Tried = {
    strategy: explore.strategy,
    schedules: result.schedules,
    outcomes: tally.endings.count,
    complete: false,
    ...(stopped && { stopped }),
  };
  return withCoverage(tally.result(tried), machine);
};

/** Runs slices, and lets other things have their turn between them; undefined when it was aborted. */
async function inTurns<T>(slices: Generator<void, T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    if (signal?.aborted) return undefined;
    await nextTurn();
  }
}

/** Why a search ended, where its caller asked it to end. */
export function interruption({ signal }: Pick<ExploreRequest, 'signal'>): Stop | undefined {
  return signal?.aborted ? INTERRUPTED : undefined;
}

/** With what of the protocol the machine has reached, when it was asked to look. */
function withCoverage(result: ExploreResult, machine: Machine): ExploreResult {
  const coverage = machine.coverage?.();
  return coverage ? { ...result, coverage } : result;
}

/** Everything that can happen. */
const exhaustive: Explorer = async (request) => {
  const { backend, plan, judge, maxStates = DEFAULT_MAX_STATES } = request;
  if (!isSchedulable(backend)) return unscheduled(request);
  const tally = new Tally(judge);
  const machine = backend.open(plan, { coverage: request.coverage ?? false });
  const result = await inTurns(searchInSlices(machine, { maxStates }), request.signal);
  if (!result) return tally.result({ strategy: 'exhaustive', schedules: 0, complete: false, stopped: INTERRUPTED });
  const { endings, states, transitions, complete } = result;
  await judgeEndings(result, new Recorder(backend, plan), tally, { ...request, backend });
  const stopped = complete ? interruption(request) : { by: 'states' as const, limit: maxStates };
  const tried: Tried = {
    strategy: 'exhaustive',
    schedules: endings.length,
    states,
    transitions,
    outcomes: tally.endings.count,
    complete: stopped === undefined,
    ...(stopped && { stopped }),
  };
  return withCoverage(tally.result(tried), machine);
};

/** The one run that a replay file tells. */
const replay: Explorer = async (request) => {
  const { backend, plan, judge } = request;
  if (!isSchedulable(backend) || !plan.schedule) return unscheduled(request);
  const tally = new Tally(judge);
  const { moves } = follow(backend.open(plan), plan.schedule, plan.maxSteps);
  tally.add(new Recorder(backend, plan).record(moves));
  const result = tally.result({ strategy: 'replay', schedules: 1, complete: false });
  return { ...result, awaited: faultsOfSchedule(plan.case, plan.schedule) };
};

/** The strategies of this build. To add one is to add a line. */
export const EXPLORERS: Readonly<Record<'random' | 'pct' | 'exhaustive' | 'replay', Explorer>> = {
  random: sampled,
  pct: sampled,
  exhaustive,
  replay,
};
