/** Explores a case in full and reports violations; that a listed task never waits is no finding here. */
import { simulated } from '../../src/backends/simulated/index.ts';
import { runCase } from '../../src/index.ts';
import type { Case } from '../../src/model/case.ts';
import type { Verdict } from '../../src/record/verdict.ts';

export interface Surveyed {
  readonly verdict: Verdict;
  /** Violations that are none of the case's own expectations about tasks that are left waiting. */
  readonly violations: readonly string[];
}

const backend = simulated();

/** Explores every interleaving of the case. Rejects when it is an error. */
export async function survey(c: Case): Promise<Surveyed> {
  const verdict = await runCase(c, { backend });
  if (verdict.status === 'error') throw new Error(verdict.reason);
  const violations = verdict.violations
    .filter(({ message }) => !/is expected to be left waiting, and never was/.test(message))
    .map(({ property, message }) => `${property}: ${message}`);
  return { verdict, violations };
}
