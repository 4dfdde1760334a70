/** The reduced search held against the full one: the same ends, and the same violations. */
import assert from 'node:assert/strict';
import { type SearchResult, searchAll } from '../../../src/explore/index.ts';
import type { Case } from '../../../src/model/case.ts';
import { replayMoves, violated } from '../../backends/simulated/support/judged.ts';
import { openMachine } from '../../backends/simulated/support/machines.ts';

export interface Compared {
  readonly full: SearchResult;
  readonly reduced: SearchResult;
}

/** Both searches of a case; undefined when the full one exceeds this number of states. */
export function searchBoth(c: Case, protocol: string, maxStates: number): Compared | undefined {
  const machine = openMachine(c, protocol);
  const full = searchAll(machine, { reduce: false, maxStates });
  return full.complete ? { full, reduced: searchAll(machine) } : undefined;
}

/** Asserts that both end in the same ways, and violate the same properties; undefined as `searchBoth`. */
export function compare(c: Case, protocol: string, maxStates: number): Compared | undefined {
  const both = searchBoth(c, protocol, maxStates);
  if (!both) return undefined;
  const { full, reduced } = both;
  assert.ok(reduced.complete);
  assert.deepEqual(listOutcomes(reduced), listOutcomes(full), `${c.scenario} (${protocol})`);
  assert.deepEqual(
    violatedBy(c, protocol, reduced),
    violatedBy(c, protocol, full),
    `${c.scenario} (${protocol}): violated properties`,
  );
  return both;
}

/**
 * The outcomes, what was seen on the way among them. Not for a run that a kernel defect stopped: what the others had done
 * by then is chance, and the reduced search lets them be ahead.
 */
export function listOutcomes({ endings }: SearchResult): string[] {
  const outcomes = endings.map(({ outcome: { seen, ...end } }) =>
    JSON.stringify(end.coordinator.end === 'stopped' ? end : { ...end, seen }),
  );
  return [...new Set(outcomes)].sort();
}

function violatedBy(c: Case, protocol: string, { endings }: SearchResult): string[] {
  const machine = openMachine(c, protocol, { trace: true });
  return [...new Set(endings.flatMap(({ moves }) => violated(machine, replayMoves(machine, moves))))].sort();
}

/** What a reduction leaves of so many cases. */
export class Gain {
  cases = 0;
  private full = 0;
  private reduced = 0;

  add({ full, reduced }: Compared): void {
    this.cases++;
    this.full += full.states;
    this.reduced += reduced.states;
  }

  toString(): string {
    const gain = (this.full / this.reduced).toFixed(1);
    return `${this.cases} cases: ${this.full} states in full, ${this.reduced} reduced: 1/${gain}`;
  }
}
