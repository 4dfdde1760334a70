/** Shrinks a case on a backend that cannot be scheduled: a smaller case counts when every one of several runs shows the same violations. */
import type { Backend } from '../backends/backend.ts';
import { smallerCases } from '../explore/smaller.ts';
import type { Case } from '../model/case.ts';
import { judge } from '../properties/index.ts';
import { DEFAULT_SEED } from './run-case.ts';

/** Runs of a smaller case, each of which must show the violations. */
const PROOFS = 2;
/** Smaller cases that are tried. */
const MOST_TRIES = 10;
/** Milliseconds for a call of CRIU meanwhile: a hang shows early. */
const SHORT_LIMIT = 2000;

/** The smallest case found that violates all of these properties each time; the case itself when it is a race (`repeat`). */
export async function findSmallest(backend: Backend, c: Case, violates: readonly string[]): Promise<Case> {
  // A violation that shows in some runs only cannot be distinguished from none.
  if (c.criu === undefined || c.criu.repeat > 1) return c;
  let at = c;
  for (let tries = 0, found = true; found; ) {
    found = false;
    for (const smaller of smallerCases(at)) {
      if (smaller.tasks.length === at.tasks.length && smaller.faults.length === at.faults.length) continue;
      if (++tries > MOST_TRIES || !(await proves(backend, smaller, violates))) continue;
      at = smaller;
      found = true;
      break;
    }
  }
  return at;
}

async function proves(backend: Backend, c: Case, violates: readonly string[]): Promise<boolean> {
  const quick = { ...c, criu: { ...c.criu!, limit: Math.min(c.criu?.limit ?? SHORT_LIMIT, SHORT_LIMIT) } };
  for (let i = 0; i < PROOFS; i++) {
    const plan = { case: quick, protocol: c.restart.protocol, seed: `${DEFAULT_SEED}${i}`, maxSteps: 1 };
    // A smaller case may be none: a change of an image that it does not have.
    const record = await backend.run(plan).catch(() => undefined);
    const shown = record ? judge(quick, record).map(({ property }) => property) : [];
    if (!violates.every((name) => shown.includes(name))) return false;
  }
  return true;
}
