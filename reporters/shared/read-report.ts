/** Reads JSON reports back, as results for any reporter. */

import { isDeeperThan, locateInJson, placeInText } from '../../src/boundary/json-place.ts';
import type { Environment } from '../../src/record/environment.ts';
import { REPORT } from '../../src/record/schema/report.ts';

import type { Verdict } from '../../src/record/verdict.ts';
import { JSON_REPORT_VERSION } from '../listeners/json.ts';
import type { CaseReport } from './case-report.ts';
import type { CoverageReport } from './coverage.ts';
import type { CaseResult } from './result.ts';
import type { ShardReport } from './shard.ts';
import type { Summary } from './summary.ts';

export interface JsonReport {
  readonly version: number;
  readonly cases: readonly CaseReport[];
  /** Where its cases ran; absent in older reports. */
  readonly environments?: readonly Environment[];
  readonly summary: Summary;
  readonly coverage?: CoverageReport;
  /** The part of a larger run that it is. */
  readonly shard?: ShardReport;
}

/** Bytes of a report: 128 MiB. A run of 10,000 cases with all its records stays below. */
export const MAX_REPORT_BYTES = 1 << 27;
/** Levels of lists and mappings; a report of ours has at most 10. */
const MAX_DEPTH = 32;
/** Errors that are reported. */
const MAX_MISTAKES = 10;

/** The report in a text; or a message with line and column where the text is wrong. `name`: the name of the report in messages. */
export function parseReport(text: string, name: string): JsonReport | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const offset = /at position (\d+)/.exec(message)?.[1];
    const { line, column } = placeInText(text, offset === undefined ? text.length : Number(offset));
    return `${name}:${line}:${column}: this is not JSON: ${message.slice(0, 200)}`;
  }
  if (isDeeperThan(content, MAX_DEPTH)) return `${name}:1:1: values are nested more than ${MAX_DEPTH} deep`;
  const version = (content as Partial<JsonReport> | null)?.version;
  if (typeof version === 'number' && version !== JSON_REPORT_VERSION)
    return `${name}:1:1: this is a report of version ${version}; this program reads version ${JSON_REPORT_VERSION}`;
  const { error } = REPORT.safeParse(content);
  if (!error) return content as JsonReport;
  const lines = error.issues.slice(0, MAX_MISTAKES).map(({ path, message }) => {
    const { line, column } = locateInJson(text, path);
    return `${name}:${line}:${column}: ${path.length === 0 ? 'this is no report of --reporter json' : path.join('.')}: ${message}`;
  });
  const more = error.issues.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more mistakes`] : [])].join('\n');
}

/** A case of a report as the result that a reporter received. */
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
    ...(report.project !== undefined && { project: report.project }),
    ...(report.projectNumber !== undefined && { projectNumber: report.projectNumber }),
    protocol,
    seed,
    status: result,
    violations,
    known,
    tried,
    duration,
    ...(why !== null && { why }),
    ...(reason !== null && { reason }),
    ...(report.attempts && { attempts: report.attempts }),
    ...(replay !== null && { replay }),
    ...(report.bucket && { bucket: report.bucket }),
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
