/**
 * What a property of one's own is written with: the package's export `mktrouble/property`. A module whose default export (or export
 * `property`) is one; see docs/extending.md.
 */
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';

export type { Case, Fault, Task, TaskId } from '../model/case.ts';
export { coordinatorOutcome, firedIn, selectEvents, taskOutcome } from '../record/read.ts';
export type { Effect, EffectKind, FinalState, Finding, RunEvent, RunRecord } from '../record/record.ts';
export type { Violation } from '../record/verdict.ts';
export { isOver, stepAt } from './property.ts';

/** The version of the contract. Changes when a property that fits it would fit no more. */
export const PROPERTY_CONTRACT_VERSION = 1;

/** A violation without the name of the property, which is known. */
export type Shown = Omit<Violation, 'property'>;

export interface OwnProperty {
  readonly contract: typeof PROPERTY_CONTRACT_VERSION;
  /** Lower-case words joined by dashes; none of mktrouble's own. What `violates`, `except` and `all` of a scenario name. */
  readonly name: string;
  /** What must hold, in a sentence or two. */
  readonly statement: string;
  /** Where to look when it is violated. */
  readonly hint?: string;
  /** What violates it in a record; nothing when it holds. Pure: the same record gives the same answer, and is not changed. */
  check(c: Case, record: RunRecord): readonly Shown[];
}

/** Gives a module its type: `export default defineProperty({ contract: 1, name: 'mine', statement: '…', check: () => [] })`. */
export function defineProperty(property: OwnProperty): OwnProperty {
  return property;
}
