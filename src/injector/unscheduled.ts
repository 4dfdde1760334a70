/** Runs on a backend that chooses its own schedules, as real tasks do: one seed after the other, then imposed schedules. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Backend, Plan } from '../backends/backend.ts';
import type { Case } from '../model/case.ts';
import type { Stop } from '../record/verdict.ts';
import { departedBy, isOfCase } from './departed.ts';
import type { ExploreRequest } from './explorers.ts';
import { faultsOfSchedule } from './never-fired.ts';
import { spread } from './spread.ts';
import { type ExploreResult, type Judged, Tally } from './tally.ts';

/** Runs of a sweep at most, when no number is given. */
const MOST_RUNS = 256;
/** After so many runs pending events are handled: a signal, a reporter's timer. */
const RUNS_PER_YIELD = 64;
/** How often the runs of a case are repeated for a known defect that did not show in them. */
const PATIENCE = 10;

/** How many runs a backend needs for a case: one for every moment at which a fault may fire, at most MOST_RUNS. */
export function countRuns(backend: Backend, c: Case): number {
  return Math.min(backend.sweep?.(c) ?? 1, MOST_RUNS);
}

/**
 * The number at the end of the i-th seed. A sweep that is longer than the runs is sampled evenly, by steps of a golden
 * section: its numbers count through the moments of one fault after the other, and the first few differ in one of them only.
 */
function chooseNumber(i: number, runs: number, sweep: number): number {
  return sweep <= runs ? i : spread(i, sweep);
}

/** The seed of the i-th run; that of a single one is the seed itself, so that `--seed` with a record's seed repeats it. */
export function deriveSeed(base: string, index: number, runs: number): string {
  return runs === 1 && index === 0 ? base : `${base}/${index}`;
}

/**
 * One run after the other, each with a seed derived from the plan's. For what must show in some run (a known defect, a task
 * that is left waiting) and did not, the model is searched, and the schedule that shows it is imposed. Without a model it is a
 * race between real tasks, whose odds depend on the machine: there are runs until it has shown, unless the caller gave their number.
 */
export async function unscheduled(request: ExploreRequest): Promise<ExploreResult> {
  const { backend, plan, explore, patient = false, judge, budget } = request;
  const tally = new Tally(judge);
  const cases = plan.schedule || !backend.cases ? [plan.case] : await backend.cases(plan.case);
  const runs = plan.schedule ? 1 : explore.schedules * (patient ? cases.length : 1);
  const sweep = (backend.sweep?.(plan.case) ?? 1) * cases.length;
  let schedules = 0;
  const run = async (number: number) => {
    const seed = deriveSeed(plan.seed, number, runs);
    schedules += 1;
    await runOnce(request, tally, { ...plan, case: cases[number % cases.length]!, seed });
    if (schedules % RUNS_PER_YIELD === 0) await yieldToEvents();
  };
  let stopped: Stop | undefined;
  const goesOn = (): boolean => {
    if (tally.failing) return false;
    stopped = budget.stop;
    return stopped === undefined;
  };
  const isRace = !plan.schedule && patient && !request.searchModel && cases.length === 1;
  const hasShown = (): boolean => isRace && tally.hasShownAll(plan.case);
  while (schedules < runs && !hasShown() && goesOn()) await run(chooseNumber(schedules, runs, sweep));
  if (!plan.schedule && !tally.failing) schedules += await impose(request, tally);
  if (isRace) while (schedules < PATIENCE * runs && tally.isMissing(plan.case) && goesOn()) await run(schedules);
  const result = tally.result({
    strategy: plan.schedule ? 'replay' : 'random',
    schedules,
    complete: false,
    ...(stopped && { stopped }),
  });
  return plan.schedule ? { ...result, awaited: faultsOfSchedule(plan.case, plan.schedule) } : result;
}

/** Runs a plan, judges the record, and keeps what it left where that is asked for. */
async function runOnce(
  { backend, compare, keep, plan: whole }: ExploreRequest,
  tally: Tally,
  plan: Plan,
): Promise<void> {
  const folder = keep?.next();
  const record = await backend.run(folder === undefined ? plan : { ...plan, keep: folder });
  const { case: c, schedule } = plan;
  if (record.missed !== undefined && schedule !== undefined && isOfCase(schedule, c)) {
    tally.keep({ record, judgement: { failures: [departedBy(record.missed, c)], known: [] } });
    keep?.ended(true);
    return;
  }
  tally.add(record, c === whole.case ? undefined : c);
  tally.disagrees(compare?.(record));
  keep?.ended(tally.failing);
}

/** Imposes the model's schedules for what is missing; how many. */
async function impose(request: ExploreRequest, tally: Tally): Promise<number> {
  const { plan, searchModel, budget } = request;
  const wanted = tally.missing(plan.case);
  const silent = tally.silent(plan.case);
  if (!searchModel || !(tally.isMissing(plan.case) || silent.length > 0)) return 0;
  const { known, leftWaiting, fired } = await searchModel();
  const showing = [
    ...wanted.properties.map((property) => known.get(property)),
    ...wanted.pids.map((pid) => leftWaiting.get(pid)),
    ...silent.map((name) => fired.get(name)),
  ];
  let imposed = 0;
  for (const judged of new Set(showing.filter((one): one is Judged => one !== undefined))) {
    const { schedule } = judged.record;
    if (!schedule || tally.failing || budget.stop) continue;
    await runOnce(request, tally, { ...plan, schedule });
    imposed += 1;
  }
  return imposed;
}
