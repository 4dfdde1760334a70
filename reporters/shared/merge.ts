/** Joins JSON reports: shards of one run, the backends of one suite, or the same suite on several machines. */
import type { Environment } from '../../src/record/environment.ts';
import { Environments } from '../words/environment.ts';
import type { CaseReport } from './case-report.ts';
import { type CoverageReport, CoverageTally } from './coverage.ts';
import type { JsonReport } from './read-report.ts';

export interface Merged {
  readonly cases: readonly CaseReport[];
  /** The environments of all reports. */
  readonly environments: readonly Environment[];
  /** Cases that were in several reports; of each the worst is kept. */
  readonly repeated: number;
  /** Milliseconds, of all runs together. */
  readonly duration: number;
  /** Whether any of the runs was cut short. */
  readonly interrupted: boolean;
  /** The coverage of the protocols in all of them. */
  readonly coverage: CoverageReport | undefined;
}

/** From best to worst. */
const ORDER: readonly CaseReport['result'][] = ['skip', 'pass', 'incomplete', 'flaky', 'fail', 'error'];

/** The key by which two cases of different runs are the same case. */
export function makeKey({ id, backend, project, protocol }: CaseReport): string {
  return JSON.stringify([id, backend, protocol, project]);
}

/** In the order of the reports; a case that several have is where it was first. */
export function mergeReports(reports: readonly JsonReport[]): Merged {
  const coverage = new CoverageTally();
  for (const report of reports) if (report.coverage) coverage.merge(report.coverage);
  const cases = new Map<string, CaseReport>();
  let repeated = 0;
  const environments = new Environments();
  for (const one of reports.flatMap((report) => resolveCases(report, environments))) {
    const key = makeKey(one);
    const before = cases.get(key);
    if (before) repeated += 1;
    if (!before || ORDER.indexOf(one.result) > ORDER.indexOf(before.result)) cases.set(key, one);
  }
  return {
    cases: [...cases.values()],
    environments: environments.list(),
    repeated,
    duration: reports.reduce((sum, { summary }) => sum + summary.duration, 0),
    interrupted: reports.some(({ summary }) => summary.interrupted),
    coverage: coverage.report(),
  };
}

/** The cases of a report, each with the number that its environment has among those of all. */
function resolveCases({ cases, environments: own = [] }: JsonReport, all: Environments): CaseReport[] {
  return cases.map((one) => ({ ...one, environment: all.add(own[one.environment ?? -1]) }));
}
