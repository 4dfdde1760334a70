/** What a property is: one promise of the restart protocol, and a judge of whether a record keeps it. */
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';

export interface Property {
  /** Kebab-case; what `violates:`, `except:` and `all:` of a scenario name. */
  readonly name: string;
  readonly title: string;
  /** What must hold, in a sentence or two. */
  readonly statement: string;
  /** Where the protocol promises it: the section of docs/protocol.md, the functions of the patch, or the words of its author. */
  readonly source: string;
  /** Where to look when it is violated. */
  readonly hint: string;
  /**
   * The violations in a record; none when the promise is kept. Pure, linear in the record, and never throws for a record
   * that is well-typed. A run that a kernel defect stopped, or that was cut, is judged only by what had happened in it.
   */
  readonly check: (c: Case, record: RunRecord) => Violation[];
}

/** The step that a violation shows at: that of the event at this position; nothing for a position that no event has. */
export function stepAt(record: RunRecord, position: number): { step?: number } {
  const event = record.events[position];
  return event ? { step: event.step } : {};
}

/** Whether the run went on until no task could move any more: only then does its final state prove anything. */
export function isOver(record: RunRecord): boolean {
  return record.end === 'over';
}
