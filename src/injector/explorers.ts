/** The ways to choose schedules, by name: the seam between the injector and `src/explore`. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { type Backend, isSchedulable, type Machine, type Plan, type SchedulableBackend } from '../backends/backend.ts';
import {
  DEFAULT_MAX_STATES,
  type Ending,
  followInSlices,
  type MetEnding,
  type Searched,
  sampleInSlices,
  searchOnCores,
} from '../explore/index.ts';
import type { Explore } from '../model/case.ts';
import type { Progress } from '../record/progress.ts';
import type { RunRecord } from '../record/record.ts';
import type { Stop, Tried } from '../record/verdict.ts';
import type { Budget } from './budget.ts';
import { departedAt, isOfCase } from './departed.ts';
import type { Compare } from './differential.ts';
import type { JudgeRecord } from './judge.ts';
import type { Keep } from './keep.ts';
import { faultsOfSchedule } from './never-fired.ts';
import { Recorder } from './recorder.ts';
import { type JudgeCase, smallestInSlices } from './shrink.ts';
import { type ExploreResult, Tally } from './tally.ts';
import { unscheduled } from './unscheduled.ts';

/** What a search is asked to do. */
export interface ExploreRequest {
  readonly backend: Backend;
  /** `plan.seed` is the base; a strategy derives the rest from it. */
  readonly plan: Plan;
  readonly explore: Explore;
  /** Real tasks may run more often than `explore` says, until a known defect shows. */
  readonly patient?: boolean;
  readonly judge: JudgeRecord;
  /** Whether to report which steps of the protocol were reached. */
  readonly coverage?: boolean;
  /** The same for a smaller case that a finding is shrunk to. */
  readonly judgeCase: JudgeCase;
  /** Of a backend that chooses for itself: what a search of its model says, whose schedules can be imposed on it. */
  readonly searchModel?: () => Promise<ExploreResult>;
  /** Compares its runs with the model. */
  readonly compare?: Compare;
  /** Of a backend that chooses for itself: where its runs put what they leave. */
  readonly keep?: Keep;
  /** Threads that a long search may have. */
  readonly threads?: number;
  /** What it may use: where that ends, it reports what was seen so far. */
  readonly budget: Budget;
  /** Called with the progress after each slice. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A request to a backend whose steps can be chosen. */
type Scheduled = ExploreRequest & { readonly backend: SchedulableBackend };

export type Explorer = (request: ExploreRequest) => Promise<ExploreResult>;

/** States after which a search draws schedules for a quick finding; a small search ends before. */
const STATES_BEFORE_PROBE = 1 << 14;
/** The number of schedules that it draws. */
const PROBE_SCHEDULES = 256;

/** Judges ends as they are met, each on one run, and stops at the first failure: a finding, made small. */
class Judging {
  readonly tally: Tally;
  private readonly request: Scheduled;
  private readonly recorder: Recorder;
  private readonly met: Ending[] = [];
  /** Ends that only a probe has met so far. */
  private readonly probed: Ending[] = [];
  private cut: Stop | undefined;

  constructor(request: Scheduled) {
    this.request = request;
    this.tally = new Tally(request.judge);
    this.recorder = new Recorder(request.backend, request.plan);
  }

  /** Judges these ends; true when one is a failure: the search is over. */
  async all(endings: readonly Ending[], onlyFailures = false): Promise<boolean> {
    const { budget } = this.request;
    for (const one of endings) (onlyFailures ? this.probed : this.met).push(one);
    for (const { moves } of endings) {
      const record = budget.stop ? undefined : await budget.run(this.recorder.recordInSlices(moves));
      if (!record) {
        this.cut = budget.stop;
        return true;
      }
      if (await this.one(record, moves, onlyFailures)) return true;
      await yieldToEvents();
    }
    return false;
  }

  /** Adds a run for each fault that fired: ends alike may be reached with it and without it. */
  async addFiring(firing: readonly (readonly number[])[]): Promise<void> {
    for (const moves of firing) {
      if (this.tally.failing || this.cut) return;
      const record = await this.request.budget.run(this.recorder.recordInSlices(moves));
      if (record) this.tally.add(record);
      else this.cut = this.request.budget.stop;
    }
  }

  private async one(record: RunRecord, moves: readonly number[], onlyFailures: boolean): Promise<boolean> {
    const { backend, plan, judge, judgeCase, budget, onProgress } = this.request;
    const judgement = judge(record);
    const [finding] = judgement.failures;
    if (!finding) {
      if (!onlyFailures) this.tally.add(record);
      return false;
    }
    onProgress?.({ doing: 'shrinking', finding });
    this.tally.endings.judged(record, judgement);
    const smallest = await budget.run(smallestInSlices(backend, plan, moves, judgeCase));
    const unfinished = { tried: 0, tasks: plan.case.tasks.length, stopped: true } as const;
    this.tally.keep(smallest ?? { record, judgement, shrinking: unfinished });
    return true;
  }

  /** The result, with the ends that were met and not judged. `isOver`: whether the search is complete. */
  result(tried: Omit<Tried, 'outcomes'>, isOver: boolean): ExploreResult {
    const { tally } = this;
    const cut = tried.stopped ?? this.cut ?? (isOver ? undefined : this.request.budget.stop);
    const stopped = tally.failing ? undefined : cut;
    const { stopped: _, ...rest } = tried;
    for (const { outcome, moves } of stopped ? [...this.met, ...this.probed] : this.met)
      tally.endings.reachable(outcome, moves.length);
    return tally.result({
      ...rest,
      outcomes: tally.endings.count,
      complete: tried.complete && !tally.failing && !stopped,
      ...(stopped && { stopped }),
    });
  }
}

/** A number of schedules, drawn at random or by priorities. */
const sampled: Explorer = async (request) => {
  const { backend, plan, explore, budget, onProgress } = request;
  if (!isSchedulable(backend)) return unscheduled(request);
  const judging = new Judging({ ...request, backend });
  const machine = backend.open(plan, { coverage: request.coverage ?? false });
  const slices = sampleInSlices(machine, {
    strategy: explore.strategy === 'pct' ? 'pct' : 'random',
    schedules: explore.schedules,
    seed: plan.seed,
    depth: explore.depth,
    maxSteps: plan.maxSteps,
  });
  let met = 0;
  let schedules = 0;
  const result = await budget.run(slices, (slice) => {
    schedules = slice.schedules;
    met += slice.endings.length;
    onProgress?.({ doing: 'searching', schedules });
    return judging.all(slice.endings);
  });
  if (result) {
    schedules = result.schedules;
    if (result.cut) judging.tally.add(new Recorder(backend, plan).record(result.cut, 'cut'));
    await judging.all(result.endings.slice(met));
    await judging.addFiring(result.firing);
  }
  const tried: Tried = { strategy: explore.strategy, schedules, complete: false };
  return withCoverage(judging.result(tried, result !== undefined), machine);
};

/** With what of the protocol the machine has reached, when it was asked to look. */
function withCoverage(result: ExploreResult, machine: Machine): ExploreResult {
  const coverage = machine.coverage?.();
  return coverage ? { ...result, coverage } : result;
}

/** Every possible interleaving. */
const exhaustive: Explorer = async (request) => {
  const { backend, plan, budget, threads = 1, coverage = false, onProgress } = request;
  if (!isSchedulable(backend)) return unscheduled(request);
  const { maxStates = DEFAULT_MAX_STATES, spentStates = 0, maxMemory } = budget.limits;
  const judging = new Judging({ ...request, backend });
  const machine = backend.open(plan, { coverage });
  let probed: number | undefined;
  let met = 0;
  let searched: Searched = { states: 0, transitions: 0 };
  const search = searchOnCores(machine, {
    plan,
    maxStates: Math.max(1, maxStates - spentStates),
    ...(maxMemory !== undefined && { maxBytes: maxMemory }),
    // What is reached is marked in this machine only.
    ...(!coverage && backend.module !== undefined && { threads, module: backend.module }),
  });
  /** Judges ends. In a long search nothing after the first failure counts: what else a slice has met depends on its size. */
  const judgeEnds = async (endings: readonly MetEnding[]): Promise<boolean> => {
    const early = endings.filter(({ states }) => states <= STATES_BEFORE_PROBE);
    met += early.length;
    if (await judging.all(early)) return true;
    for (const ending of endings.slice(early.length)) {
      met++;
      if (!(await judging.all([ending]))) continue;
      if (judging.tally.failing) searched = { states: ending.states, transitions: ending.transitions };
      return true;
    }
    return false;
  };
  const result = await budget.run(search, async (slice) => {
    searched = slice;
    onProgress?.({ doing: 'searching', states: slice.states });
    if (await judgeEnds(slice.endings)) return true;
    if (probed !== undefined || slice.states < STATES_BEFORE_PROBE) return false;
    probed = 0;
    return probe({ ...request, backend }, judging, (schedules) => {
      probed = schedules;
    });
  });
  if (result) {
    searched = result;
    await judgeEnds(result.endings.slice(met));
    await judging.addFiring(result.firing);
  }
  const { states, transitions } = searched;
  const schedules = met + (probed ?? 0);
  const stopped = result?.stopped && describeLimit(result.stopped, maxStates, maxMemory);
  const tried: Tried = {
    strategy: 'exhaustive',
    schedules,
    states,
    transitions,
    complete: result?.complete ?? false,
    ...(stopped && { stopped }),
  };
  return withCoverage(judging.result(tried, result !== undefined), machine);
};

function describeLimit(by: 'states' | 'memory', maxStates: number, maxMemory = 0): Stop {
  return { by, limit: by === 'states' ? maxStates : maxMemory };
}

/**
 * Draws some schedules before a long search continues, which meets its first end late. Only failures count: everything else is
 * reported from the search, which finds the nearest run.
 */
async function probe(request: Scheduled, judging: Judging, count: (schedules: number) => void): Promise<boolean> {
  const { backend, plan, budget } = request;
  const { maxSteps, seed } = plan;
  let over = false;
  const options = { strategy: 'random', schedules: PROBE_SCHEDULES, seed, depth: 1, maxSteps } as const;
  let met = 0;
  const result = await budget.run(sampleInSlices(backend.open(plan), options), async (slice) => {
    count(slice.schedules);
    met += slice.endings.length;
    over = await judging.all(slice.endings, true);
    return over;
  });
  if (!result) return over;
  count(result.schedules);
  return judging.all(result.endings.slice(met), true);
}

/** The one run with the schedule of a replay file or a scenario. */
const replay: Explorer = async (request) => {
  const { backend, plan, judge, budget } = request;
  if (!isSchedulable(backend) || !plan.schedule) return unscheduled(request);
  const tally = new Tally(judge);
  const followed = await budget.run(followInSlices(backend.open(plan), plan.schedule, plan.maxSteps));
  const record = followed && (await budget.run(new Recorder(backend, plan).recordInSlices(followed.moves)));
  const [departure] = followed?.missed ?? [];
  if (record && departure !== undefined && isOfCase(plan.schedule, plan.case))
    tally.keep({ record, judgement: { failures: [departedAt(plan.schedule, departure, plan.case)], known: [] } });
  else if (record) tally.add(record);
  const stopped = record ? undefined : budget.stop;
  const tried: Tried = { strategy: 'replay', schedules: record ? 1 : 0, complete: false, ...(stopped && { stopped }) };
  return { ...tally.result(tried), awaited: faultsOfSchedule(plan.case, plan.schedule) };
};

/** The strategies of this build. To add one is to add a line. */
export const EXPLORERS: Readonly<Record<'random' | 'pct' | 'exhaustive' | 'replay', Explorer>> = {
  random: sampled,
  pct: sampled,
  exhaustive,
  replay,
};
