import assert from 'node:assert/strict';
import { UNDONE } from '../../src/backends/simulated/index.ts';
import { type SearchResult, searchAll } from '../../src/explore/index.ts';
import type { Case } from '../../src/model/case.ts';
import { caseOf, SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { recordOf, violated } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, machineOf } from '../backends/simulated/support/machines.ts';
import { TRAPS } from './support/traps.ts';

/** Cases whose full graph is larger are left to the reduced search alone. */
const MOST_STATES = 12_000;
const MOST_STATES_OF_TRAPS = 60_000;

interface Compared {
  readonly full: SearchResult;
  readonly reduced: SearchResult;
}

/** Both searches of a case; undefined when the full one does not come to its end. */
function searchBoth(c: Case, protocol: string, maxStates = MOST_STATES): Compared | undefined {
  const machine = machineOf(c, protocol);
  const full = searchAll(machine, { reduce: false, maxStates });
  return full.complete ? { full, reduced: searchAll(machine) } : undefined;
}

/**
 * The outcomes, what was seen on the way among them. Not for a run that a kernel defect stopped: what the others had done
 * by then is chance, and the reduced search lets them be ahead.
 */
function outcomesOf({ endings }: SearchResult): string[] {
  const outcomes = endings.map(({ outcome: { seen, ...end } }) =>
    JSON.stringify(end.coordinator.end === 'stopped' ? end : { ...end, seen }),
  );
  return [...new Set(outcomes)].sort();
}

function violatedBy(c: Case, protocol: string, { endings }: SearchResult): string[] {
  const machine = machineOf(c, protocol, { trace: true });
  return [...new Set(endings.flatMap(({ moves }) => violated(machine, recordOf(machine, moves))))].sort();
}

describe('the reduced search', function () {
  this.timeout(120_000);
  const sum = { cases: 0, full: 0, reduced: 0 };
  after(() => {
    const gain = (sum.full / sum.reduced).toFixed(1);
    console.log(`      ${sum.cases} cases: ${sum.full} states in full, ${sum.reduced} reduced: 1/${gain}`);
  });

  function compare(name: string, c: Case, protocol: string, maxStates?: number): boolean {
    const compared = searchBoth(c, protocol, maxStates);
    if (!compared) return false;
    const { full, reduced } = compared;
    assert.ok(reduced.complete);
    assert.deepEqual(outcomesOf(reduced), outcomesOf(full), `${name} (${protocol})`);
    assert.deepEqual(
      violatedBy(c, protocol, reduced),
      violatedBy(c, protocol, full),
      `${name} (${protocol}): violated properties`,
    );
    sum.cases++;
    sum.full += full.states;
    sum.reduced += reduced.states;
    return true;
  }

  for (const protocol of MAIN_PROTOCOLS) {
    it(`ends as the full one does, and violates the same: ${protocol}`, () => {
      for (const [name, c] of SMALL_CASES) compare(name, c, protocol);
      assert.ok(sum.cases >= 60, `only ${sum.cases} cases were small enough`);
    });
  }

  it('does so where a rule is easily too bold', () => {
    for (const [name, { protocol, ...words }] of Object.entries(TRAPS)) {
      assert.ok(compare(name, caseOf(name, words), protocol, MOST_STATES_OF_TRAPS), `${name}: too large`);
    }
  });

  it('does so with any item of the changelog undone', () => {
    for (const variant of Object.keys(UNDONE)) {
      const both = searchBoth(SMALL_CASES.get('a signal to anyone')!, variant, MOST_STATES_OF_TRAPS)!;
      assert.deepEqual(outcomesOf(both.reduced), outcomesOf(both.full), variant);
    }
  });
});
