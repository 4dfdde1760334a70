/** Compares two JSON reports: what became better, what became worse, what is new, what is gone. Pure. */

import { environmentChanges } from '../words/environment.ts';
import type { CaseReport } from './case-report.ts';
import { makeKey } from './merge.ts';
import type { JsonReport } from './read-report.ts';

export interface Change {
  readonly before: CaseReport | undefined;
  readonly after: CaseReport | undefined;
}

export interface ReportDiff {
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  readonly added: readonly Change[];
  readonly gone: readonly Change[];
  readonly same: number;
  /** How the environments of the two reports differ, in words. */
  readonly environment: readonly string[];
}

/** The changes from one report to another, in the order of the newer one. */
export function diffReports(old: JsonReport, recent: JsonReport): ReportDiff {
  const before = new Map(old.cases.map((one) => [makeKey(one), one]));
  const after = new Map(recent.cases.map((one) => [makeKey(one), one]));
  const diff = { worse: [] as Change[], better: [] as Change[], added: [] as Change[], gone: [] as Change[], same: 0 };
  for (const [key, one] of after) {
    const was = before.get(key);
    const change = { before: was, after: one };
    if (!was) diff.added.push(change);
    else {
      const way = compare(was, one);
      if (way === 'same') diff.same += 1;
      else diff[way].push(change);
    }
  }
  for (const [key, one] of before) if (!after.has(key)) diff.gone.push({ before: one, after: undefined });
  return { ...diff, environment: environmentChanges(old.environments ?? [], recent.environments ?? []) };
}

/** Whether the newer run should stop a change: something is worse, or there is a new finding. */
export function isWorse({ worse, added }: ReportDiff): boolean {
  return (
    worse.length > 0 ||
    added.some(({ after }) => after !== undefined && after.result !== 'pass' && after.result !== 'skip')
  );
}

/** A finding that is no longer tested is as bad as a finding. */
const BADNESS = { pass: 0, incomplete: 1, flaky: 2, fail: 3, error: 4 } as const;

function compare(before: CaseReport, after: CaseReport): 'same' | 'better' | 'worse' {
  const [was, is] = [before.result, after.result];
  if (is === 'skip') return was === 'skip' ? 'same' : 'worse';
  if (was === 'skip') return is === 'pass' ? 'better' : 'worse';
  if (BADNESS[is] !== BADNESS[was]) return BADNESS[is] > BADNESS[was] ? 'worse' : 'better';
  const { appeared, disappeared } = propertyChanges({ before, after });
  if (appeared.length > 0) return 'worse';
  return disappeared.length > 0 ? 'better' : 'same';
}

/** Properties that are violated now and were not, and the other way round. */
export function propertyChanges({ before, after }: Change): {
  readonly appeared: readonly string[];
  readonly disappeared: readonly string[];
} {
  const were = listProperties(before);
  const are = listProperties(after);
  return {
    appeared: are.filter((name) => !were.includes(name)),
    disappeared: were.filter((name) => !are.includes(name)),
  };
}

function listProperties(one: CaseReport | undefined): readonly string[] {
  return [...new Set(one?.violations.map(({ property }) => property))];
}
