/** The signature of a finding: which property is violated, at which place, in which shape. */
import type { Case } from '../model/case.ts';
import type { Signature } from '../model/signature.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import { EXPECTATION } from './rules/expectation.ts';
import { FAULT_NEVER_FIRED } from './rules/fault-never-fired.ts';
import { locateInCriu } from './signature-criu.ts';
import { locateInRestart } from './signature-restart.ts';
import { locateInRuntime } from './signature-runtime.ts';

/** The signature of one violation of a record; `record` is undefined where a search, and no single run, shows it. */
export function signViolation(c: Case, record: RunRecord | undefined, violation: Violation): Signature {
  const { property } = violation;
  if (property === EXPECTATION.name || property === FAULT_NEVER_FIRED.name || !record)
    return { property, place: 'the scenario', shape: withoutNumbers(violation.message) };
  if (record.runtime) return { property, ...locateInRuntime(c, record.runtime, violation) };
  const found = record.criu ? locateInCriu(c, record.criu, violation) : locateInRestart(c, record, violation);
  return { property, ...found };
}

/**
 * The signature of all that a run violates: that of the first violation in the order of causes. A crash leaves tasks behind, a
 * hang does too: what follows from a defect is not another defect. Undefined without any violation.
 */
export function signFinding(
  c: Case,
  record: RunRecord | undefined,
  violations: readonly Violation[],
): Signature | undefined {
  const [first] = [...violations].sort((a, b) => rank(a) - rank(b));
  return first && signViolation(c, record, first);
}

/** Properties whose violation is the cause of others, the first cause first. */
const CAUSES: readonly string[] = [
  'no-kernel-defect',
  'criu-never-crashes',
  'criu-ends-in-time',
  'criu-log-is-bounded',
  'bystanders-untouched',
  'dumped-tree-is-gone',
];
/** What a scenario itself expects says least about a defect. */
const LAST: readonly string[] = [EXPECTATION.name, FAULT_NEVER_FIRED.name];

function rank({ property }: Violation): number {
  const place = CAUSES.indexOf(property);
  if (place !== -1) return place;
  return CAUSES.length + (LAST.includes(property) ? 1 : 0);
}

function withoutNumbers(text: string): string {
  return text.replace(/\d[\d,]*/g, '#');
}
