/** The injector: takes a case to its verdict. Asks the backend, plans, runs, judges. */
import { performance } from 'node:perf_hooks';
import { type Backend, isBadSurroundings, isSchedulable, type Plan } from '../backends/backend.ts';
import { CannotWrite } from '../boundary/write-file.ts';
import type { CaseOptions } from '../config/index.ts';
import type { OwnFiles } from '../config/options.ts';
import type { Case, Explore } from '../model/case.ts';
import { findBucket, type KnownDefect } from '../model/signature.ts';
import { signFinding } from '../properties/signature.ts';
import { currentLine } from '../protocol/renamed-steps.ts';
import type { Progress } from '../record/progress.ts';
import type { RunRecord } from '../record/record.ts';
import type { Stop, Tried, Verdict, Violation } from '../record/verdict.ts';
import { whyNot } from './applicable.ts';
import { Budget, defaultMaxMemory, type Limits } from './budget.ts';
import { readEnvironment } from './environment.ts';
import { EXPLORERS, type Explorer } from './explorers.ts';
import {
  createJudge,
  type FindViolations,
  type JudgeRecord,
  shippedProperties,
  underProtocol,
  underVersion,
} from './judge.ts';
import { Keep } from './keep.ts';
import { modelFor } from './model.ts';
import { retryWhileFailing } from './retry.ts';
import type { JudgeCase } from './shrink.ts';
import { type ExploreResult, Tally } from './tally.ts';
import { countRuns } from './unscheduled.ts';
import { type Decision, decide } from './verdict.ts';

export interface RunOptions extends CaseOptions, Limits {
  readonly backend: Backend;
  /** The name of the configured project that the run is part of. */
  readonly project?: string;
  /** Its place among the projects of the run, from 0. */
  readonly projectNumber?: number;
  /** Steps after which a run is cut; by default more than any run that ends takes. */
  readonly maxSteps?: number;
  /** Whether the verdict contains which steps of the protocol were reached. */
  readonly coverage?: boolean;
  /** Threads that a long exhaustive search may have; 1 by default. The verdict does not depend on it. */
  readonly threads?: number;
  /** A schedule in words to follow, instead of a search. */
  readonly schedule?: readonly string[];
  /** What is judged; by default the shipped properties and the scenario's expectations. */
  readonly find?: FindViolations;
  /** The files of the user's own properties that `find` judges by, and of the other modules that cases need, for the commands of reports. */
  readonly own?: OwnFiles;
  /** The folder in which a case that fails gets one of its own, with what its run left: images, logs, output. None is kept without. */
  readonly keep?: string;
  /** The known defects, for the bucket of a finding. Default: none. */
  readonly defects?: readonly KnownDefect[];
  /** Called with the progress of the search, a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

export const DEFAULT_SEED = '0';

/** A restart takes some forty steps for each task; a run a hundred times as long will not end by itself. */
export function defaultMaxSteps(c: Case): number {
  return 100_000 + 4_000 * c.tasks.length;
}

/**
 * Runs a case and judges it. Never rejects: what breaks on the way (a defect of the backend, or ours) is a verdict with
 * `status: 'error'` and its reason; one that fails on real tasks is run again as often as `retries` allow; with `badInput` when what the case needs around it was not there, or not allowed.
 */
export async function runCase(given: Case, options: RunOptions): Promise<Verdict> {
  const { retries = 0, backend, signal } = options;
  // A backend that can be scheduled would repeat the same run.
  const useful = isSchedulable(backend) ? 0 : retries;
  return retryWhileFailing(
    () => runOnce(given, options),
    useful,
    () => signal?.aborted !== true,
  );
}

async function runOnce(given: Case, options: RunOptions): Promise<Verdict> {
  const started = performance.now();
  const protocol = options.protocol ?? given.restart.protocol;
  const seed = options.seed ?? given.explore?.seed ?? DEFAULT_SEED;
  const environment = await readEnvironment(options.backend);
  const judged = underVersion(underProtocol(given, protocol), environment.tool?.version);
  const keep = options.keep === undefined ? undefined : new Keep(options.keep);
  const { shrunk, ...decision } = await attempt(judged, seed, options, keep);
  const verdict: Verdict = {
    version: 1,
    id: given.id,
    scenario: given.scenario,
    title: given.title,
    ...(given.why !== undefined && { why: given.why }),
    tags: given.tags,
    position: given.position,
    backend: options.backend.name,
    ...(options.project !== undefined && { project: options.project }),
    ...(options.projectNumber !== undefined && { projectNumber: options.projectNumber }),
    protocol,
    ...neededFiles(given, options.own),
    seed,
    ...decision,
    case: shrunk ?? judged,
    ...(shrunk && shrunk !== judged && { shrunk: true }),
    duration: performance.now() - started,
    environment,
  };
  const sorted = sortIntoBucket(verdict, options);
  return keep ? keepFor(keep, sorted) : sorted;
}

/** The files without which a verdict cannot be had again. */
function neededFiles({ faults, criu }: Case, { properties, faults: verbs, imageEditors }: OwnFiles = {}): OwnFiles {
  return {
    ...(properties && { properties }),
    ...(verbs && faults.some(({ own }) => own) && { faults: verbs }),
    ...(imageEditors && criu?.images.some(({ kind }) => kind === 'edit') && { imageEditors }),
  };
}

/** The verdict with the defect that it is a finding of: of what makes it fail, else of the known defects that its run shows. */
function sortIntoBucket(verdict: Verdict, { defects = [], find = shippedProperties }: RunOptions): Verdict {
  const { violations, known, record, case: c } = verdict;
  if (!c || violations.length + known.length === 0) return verdict;
  const signature = signFinding(c, record, violations.length > 0 ? violations : shownBy(c, record, known, find));
  return signature ? { ...verdict, bucket: findBucket(signature, defects) } : verdict;
}

/** Known defects of several runs are in one list: of these, those that this run shows; all where it shows none. */
function shownBy(
  c: Case,
  record: RunRecord | undefined,
  known: readonly Violation[],
  find: FindViolations,
): readonly Violation[] {
  const names = new Set(known.map(({ property }) => property));
  const shown = record ? find(c, record).filter(({ property }) => names.has(property)) : [];
  return shown.length > 0 ? shown : known;
}

/** A folder that cannot be written is reported once for each reason; the verdict still counts. */
function keepFor(keep: Keep, verdict: Verdict): Verdict {
  try {
    return keep.decide(verdict);
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    if (!refused.has(error.reason)) process.stderr.write(`mktrouble: nothing kept: ${error.message}\n`);
    refused.add(error.reason);
    return verdict;
  }
}

const refused = new Set<string>();

const ONCE: Explore = { strategy: 'random', schedules: 1, depth: 1 };

type Outcome = Decision & Pick<Verdict, 'reason' | 'badInput'>;

async function attempt(c: Case, seed: string, options: RunOptions, keep: Keep | undefined): Promise<Outcome> {
  const explore = selectExplorer(c, options);
  try {
    const reason = c.skip ?? (await whyNot(options.backend, c));
    if (reason !== undefined) return without('skip', reason, explore);
    const explorer = options.schedule ? EXPLORERS.replay : EXPLORERS[explore.strategy];
    return await search(c, seed, explore, explorer, options, keep);
  } catch (error) {
    if (isBadSurroundings(error) && 'missingHere' in error) return without('skip', error.message, explore);
    if (isBadSurroundings(error)) return { ...without('error', error.message, explore), badInput: true };
    return without('error', error instanceof Error ? (error.stack ?? error.message) : String(error), explore);
  }
}

async function search(
  c: Case,
  seed: string,
  explore: Explore,
  explorer: Explorer,
  options: RunOptions,
  keep: Keep | undefined,
): Promise<Outcome> {
  const {
    backend,
    schedules,
    maxSteps,
    schedule,
    coverage = false,
    find = shippedProperties,
    onProgress,
    threads,
  } = options;
  const { maxStates = explore.maxStates, timeout, maxMemory = defaultMaxMemory(), signal } = options;
  const { spentStates, deadline } = options;
  const plan: Plan = {
    case: c,
    protocol: c.restart.protocol,
    seed,
    maxSteps: maxSteps ?? defaultMaxSteps(c),
    ...((schedule ?? c.explore?.schedule) && { schedule: (schedule ?? c.explore!.schedule!).map(currentLine) }),
  };
  const budget = new Budget({
    maxMemory,
    ...(maxStates !== undefined && { maxStates }),
    ...(spentStates !== undefined && { spentStates }),
    ...(timeout !== undefined && { timeout }),
    ...(deadline !== undefined && { deadline }),
    ...(signal && { signal }),
  });
  const judgeCase: JudgeCase = (other, record) => createJudge(other, find)(record);
  const request = {
    plan,
    explore,
    patient: schedules === undefined,
    judge: createJudge(c, find),
    judgeCase,
    budget,
    ...(threads !== undefined && { threads }),
    ...(onProgress && { onProgress }),
  };
  const { stop } = budget;
  if (stop) return decide(c, notBegun(explore, request.judge, stop));
  const result = await explorer({
    ...request,
    backend,
    coverage,
    ...(backend.modelled && (await modelFor({ ...request, explore: c.explore ?? ONCE }))),
    ...(keep && { keep }),
  });
  return decide(c, result);
}

/** The result of a case whose run was over before it began. */
function notBegun({ strategy }: Explore, judge: JudgeRecord, stopped: Stop): ExploreResult {
  return new Tally(judge).result({ strategy, schedules: 0, complete: false, stopped });
}

/**
 * How to choose schedules: as the caller says, else as the file says, else once. A backend that can't be scheduled
 * chooses for itself; there the file's search is a sweep over the moments of its faults.
 */
export function selectExplorer(c: Case, { backend, schedules }: Pick<RunOptions, 'backend' | 'schedules'>): Explore {
  const asked = isSchedulable(backend) ? (c.explore ?? ONCE) : { ...ONCE, schedules: countRuns(backend, c) };
  return schedules === undefined ? asked : { ...asked, schedules };
}

function without(status: 'skip' | 'error', reason: string, explore: Explore): Outcome {
  const tried: Tried = { strategy: explore.strategy, schedules: 0, complete: false };
  return { status, reason, violations: [], known: [], tried };
}
