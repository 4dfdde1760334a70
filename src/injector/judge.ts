/** Judges one record: the properties and the expectations of its case, divided into findings and known defects. */
import type { Case } from '../model/case.ts';
import { hashSignature } from '../model/signature.ts';
import { isInRange } from '../model/version-range.ts';
import { EXPECTATION, expectations, judge } from '../properties/index.ts';
import { signViolation } from '../properties/signature.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';

/** What one record says about its case. */
export interface Judgement {
  /** What makes the case fail. */
  readonly failures: readonly Violation[];
  /** Violations of properties that the case's `violates:` or `may-violate:` names. */
  readonly known: readonly Violation[];
}

/** Judges a record; pure, and the same for every run of a case. */
export type JudgeRecord = (record: RunRecord) => Judgement;

/** All violations that a case shows in a record, known or not. */
export type FindViolations = (c: Case, record: RunRecord) => readonly Violation[];

/** The properties that this project ships, and the scenario's own expectations; also that the run ends. */
export const shippedProperties: FindViolations = (c, record) => [
  ...judge(c, record),
  ...expectations(c, record),
  ...unfinished(c, record),
];

/** Properties judge a run that was cut only by what had happened in it; that it had to be cut is a finding of its own. */
function unfinished(c: Case, record: RunRecord): Violation[] {
  if (record.end !== 'cut') return [];
  const message = 'the run did not end: it was cut off at its limit';
  return [{ property: EXPECTATION.name, message, expected: 'the run ends', actual: 'cut', position: c.position }];
}

/** The judge of a case's records. */
export function createJudge(c: Case, find: FindViolations): JudgeRecord {
  const expected = new Set([...c.expect.violates, ...(c.expect.mayViolate ?? [])]);
  return (record) => {
    const failures: Violation[] = [];
    const known: Violation[] = [];
    for (const violation of find(c, record)) {
      const isKnown = expected.has(violation.property) && isOfDefect(c, record, violation);
      (isKnown ? known : failures).push(violation);
    }
    return { failures, known };
  };
}

/** Whether the violation is of the defect that the case names for its property; where it names none, any is. */
function isOfDefect(c: Case, record: RunRecord, violation: Violation): boolean {
  const defect = c.expect.defects?.[violation.property];
  return defect === undefined || defect.signatures.includes(hashSignature(signViolation(c, record, violation)));
}

/**
 * The case as it is to be judged under this protocol. Its `violates:` and `may-violate:` describe defects of the protocol
 * that the file names: on another one (`--protocol`) neither they nor what follows from them can be expected. The properties
 * stay.
 */
export function underProtocol(c: Case, protocol: string): Case {
  if (protocol === c.restart.protocol) return c;
  const restart = { ...c.restart, protocol };
  if (c.expect.violates.length === 0 && !c.expect.mayViolate) return { ...c, restart };
  const { mayViolate: _, ...expect } = c.expect;
  return { ...c, restart, expect: { ...expect, coordinator: [], tasks: {}, violates: [] } };
}

/**
 * The case as it is to be judged with this version of CRIU: a known defect that the file names for other versions is none. Of
 * an unknown version, as on other backends, no range holds.
 */
export function underVersion(c: Case, version: string | undefined): Case {
  const { versions } = c.expect;
  if (!versions) return c;
  const holds = (property: string): boolean => {
    const range = versions[property];
    return range === undefined || (version !== undefined && isInRange(version, range));
  };
  const { mayViolate, ...expect } = c.expect;
  return {
    ...c,
    expect: {
      ...expect,
      violates: expect.violates.filter(holds),
      ...(mayViolate && { mayViolate: mayViolate.filter(holds) }),
    },
  };
}
