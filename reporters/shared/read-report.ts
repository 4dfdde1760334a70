/** Reads JSON reports back, as results that any reporter can be told. */
import type { Environment } from '../../src/record/environment.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { JSON_REPORT_VERSION } from '../listeners/json.ts';
import type { CaseReport } from './case-report.ts';
import type { CoverageReport } from './coverage.ts';
import type { CaseResult } from './result.ts';
import type { Summary } from './summary.ts';

export interface JsonReport {
  readonly version: number;
  readonly cases: readonly CaseReport[];
  /** Where its cases ran; absent in older reports. */
  readonly environments?: readonly Environment[];
  readonly summary: Summary;
  readonly coverage?: CoverageReport;
}

/** The report in a text; a text that says what is wrong with it. `name` is what it is called there. */
export function parseReport(text: string, name: string): JsonReport | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return `${name} is not JSON: ${(error as Error).message}`;
  }
  const { version, cases, summary } = (content ?? {}) as Partial<JsonReport>;
  if (version === undefined || !Array.isArray(cases) || typeof summary !== 'object')
    return `${name} is no report of --reporter json: it has no version, cases and summary`;
  if (version !== JSON_REPORT_VERSION)
    return `${name} is a report of version ${version}; this program reads version ${JSON_REPORT_VERSION}`;
  const odd = cases.findIndex((one) => !isCase(one));
  return odd === -1 ? (content as JsonReport) : `${name}: case ${odd + 1} has no id, title and result`;
}

const RESULTS: ReadonlySet<unknown> = new Set(['pass', 'fail', 'incomplete', 'skip', 'error']);

function isCase(one: Partial<CaseReport> | null): boolean {
  return typeof one?.id === 'string' && typeof one.title === 'string' && RESULTS.has(one.result);
}

/** A case of a report as what a reporter was told of it. */
export function resultFrom(report: CaseReport, environments: readonly Environment[] = []): CaseResult {
  const { result: kind, title, suites: path, position, duration, reason, error } = report;
  const verdict = verdictFrom(report, environments);
  return {
    kind,
    title,
    path,
    duration,
    report,
    ...(position && { position }),
    ...(reason !== null && { reason }),
    ...(verdict && { verdict }),
    ...(error && { error }),
  };
}

/** Undefined for a test that is no scenario. */
function verdictFrom(report: CaseReport, environments: readonly Environment[]): Verdict | undefined {
  const environment = environments[report.environment ?? -1];
  const { scenario, position, backend, protocol, seed, tried } = report;
  if (scenario === null || !position || !tried || backend === null || protocol === null || seed === null)
    return undefined;
  const { id, title, why, tags, result, reason, violations, known, replay, duration } = report;
  return {
    version: 1,
    id,
    scenario,
    title,
    tags,
    position,
    backend: backend as Verdict['backend'],
    protocol,
    seed,
    status: result,
    violations,
    known,
    tried,
    duration,
    ...(why !== null && { why }),
    ...(reason !== null && { reason }),
    ...(replay !== null && { replay }),
    ...(report.kept && { kept: report.kept }),
    ...(environment && { environment }),
    ...(report.case && { case: report.case }),
    ...(report.shrunk && { shrunk: true }),
    ...(report.shrinking && { shrinking: report.shrinking }),
    ...(report.record && { record: report.record }),
    ...(report.endings && { endings: report.endings }),
    ...(report.differential && { differential: report.differential }),
  };
}
