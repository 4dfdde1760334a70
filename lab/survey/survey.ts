/** Explores a case in full and reports violations; that a listed task never waits is no finding here. */
import { openBackend, runCase } from '../../src/index.ts';
import type { Case } from '../../src/model/case.ts';
import type { Verdict } from '../../src/record/verdict.ts';

export interface Surveyed {
  readonly verdict: Verdict;
  /** Violations that are none of the case's own expectations about tasks that are left waiting. */
  readonly violations: readonly string[];
}

const backend = await openBackend('simulated');

/** Explores every interleaving of the case. */
export async function survey(c: Case): Promise<Surveyed> {
  const verdict = await runCase(c, { backend });
  const violations = verdict.violations
    .filter(({ message }) => !/is expected to be left waiting, and never was/.test(message))
    .map(({ property, message }) => `${property}: ${message}`);
  return { verdict, violations };
}
