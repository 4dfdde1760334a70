/**
 * A thousand random schedules of each case of the suite under hardened: no violation, and the same records when repeated.
 * The runs are made without a trace; one of each way in which a case ended is then run again with one, and judged.
 */
import assert from 'node:assert/strict';
import type { Machine, Plan } from '../../src/backends/backend.ts';
import { Fingerprint, FingerprintSet } from '../../src/explore/fingerprint.ts';
import { describe as inWords } from '../../src/explore/index.ts';
import { Schedules } from '../../src/explore/sample.ts';
import { createJudge, shippedProperties, underProtocol } from '../../src/injector/judge.ts';
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { backend, suiteCases } from './support.ts';

/** How many schedules of each case: MKTROUBLE_SEEDS, or 1000. */
const SEEDS = Number(process.env['MKTROUBLE_SEEDS'] ?? 1000);
const MAX_STEPS = 200_000;

/** For each way in which the case ended, the moves of the first run that did. */
type Endings = readonly (readonly number[])[];

/** Runs all schedules; and calls `see` for each. The result is the same for the same runs, whatever `see` does. */
function runAll(machine: Machine, see: (moves: ArrayLike<number>, length: number) => void): number {
  const schedules = new Schedules(machine, { strategy: 'random', seed: 'suite', depth: 1, maxSteps: MAX_STEPS });
  let digest = 0;
  for (let i = 0; i < SEEDS; i++) {
    const { moves, length, isCut } = schedules.run(i);
    assert.ok(!isCut, `schedule ${i} does not end`);
    for (let step = 0; step < length; step++) digest = Math.imul(digest ^ moves[step]!, 0x01000193);
    see(moves, length);
  }
  return digest;
}

/** Runs all schedules; of equal final states only the first is looked at. */
function exploreEndings(machine: Machine): { readonly endings: Endings; readonly digest: number } {
  const endings = new Map<string, number[]>();
  const states = new FingerprintSet();
  const print = new Fingerprint();
  const digest = runAll(machine, (moves, length) => {
    print.of(machine.state);
    const before = states.size;
    if (states.numberOf(print.high, print.low) < before) return;
    const outcome = JSON.stringify(machine.outcome());
    if (!endings.has(outcome)) endings.set(outcome, Array.from(moves).slice(0, length));
  });
  return { endings: [...endings.values()], digest };
}

function recordOf(plan: Plan, moves: readonly number[]): RunRecord {
  const machine = backend.open(plan, { trace: true });
  return machine.record(plan.seed, inWords(machine, moves), 'over');
}

/** The cases under hardened: cases that differ only in their protocol are one. */
function hardenedCases(): Case[] {
  const distinct = new Map<string, Case>();
  for (const given of suiteCases()) {
    const c = underProtocol(given, 'hardened');
    const { tasks, image, restart, faults, expect } = c;
    distinct.set(JSON.stringify({ tasks, image, restart, faults, expect }), c);
  }
  return [...distinct.values()];
}

function planOf(c: Case): Plan {
  return { case: c, protocol: 'hardened', seed: 'suite', maxSteps: MAX_STEPS };
}

describe(`${SEEDS} random schedules of each case of the suite, under hardened`, function () {
  this.timeout(300_000);

  it('violate nothing, and give the same records when they are repeated', () => {
    for (const c of hardenedCases()) {
      const plan = planOf(c);
      const { endings, digest } = exploreEndings(backend.open(plan));
      assert.equal(
        runAll(backend.open(plan), () => {}),
        digest,
        c.id,
      );
      const judge = createJudge(c, shippedProperties);
      for (const moves of endings) {
        const record = recordOf(plan, moves);
        assert.deepEqual(judge(record).failures, [], c.id);
        assert.equal(JSON.stringify(recordOf(plan, moves)), JSON.stringify(record), c.id);
      }
    }
  });
});
