/** Shrinks a case on a backend that cannot be scheduled: a smaller case counts when every one of several runs shows the same violations. */
import type { Backend } from '../backends/backend.ts';
import { smallerCases } from '../explore/smaller.ts';
import { smallerCriuCases } from '../explore/smaller-criu.ts';
import { smallerRuntimeCases } from '../explore/smaller-runtime.ts';
import type { Case } from '../model/case.ts';
import type { Verdict } from '../record/verdict.ts';
import { parseScenarios, writeScenario } from '../scenario/index.ts';
import { KNOWN_NAMES } from './known.ts';
import { DEFAULT_SEED, runCase } from './run-case.ts';

/** Runs of a smaller case, each of which must show the violations. */
const PROOFS = 2;
/** Smaller cases that are tried. */
const MOST_TRIES = 20;
/** Milliseconds for a call of CRIU meanwhile: a hang shows early. */
const SHORT_LIMIT = 2000;

/** What a smaller case still has to show. */
export interface Sought {
  readonly backend: Backend;
  /** Properties, all of which are violated on it each time. */
  readonly violates: readonly string[];
  /** A regression: another engine, on which the case passes each time. */
  readonly passesOn?: Backend | undefined;
}

/** The smallest case found that shows what is sought; the case itself when it is a race (`repeat`). */
export async function findSmallest(c: Case, sought: Sought): Promise<Case> {
  // A violation that shows in some runs only cannot be distinguished from none.
  if ((c.criu ?? c.runtime)?.repeat !== 1) return c;
  let at = c;
  for (let tries = 0, found = true; found; ) {
    found = false;
    for (const smaller of listSmaller(at)) {
      if (tries >= MOST_TRIES) return at;
      if (!isScenario(smaller)) continue;
      tries++;
      if (!(await shows(smaller, sought))) continue;
      at = smaller;
      found = true;
      break;
    }
  }
  return at;
}

/** What the simulated restart alone has, such as the image's records, makes no difference to others. */
function* listSmaller(c: Case): Generator<Case> {
  for (const smaller of smallerCases(c))
    if (smaller.tasks.length < c.tasks.length || smaller.faults.length < c.faults.length) yield smaller;
  yield* smallerCriuCases(c);
  yield* smallerRuntimeCases(c);
}

/** Whether a file can say it: a word that is left out may be one that another needs. */
function isScenario(c: Case): boolean {
  const { cases, diagnostics } = parseScenarios(writeScenario(c), 'a smaller case', KNOWN_NAMES);
  return cases.length === 1 && diagnostics.every(({ severity }) => severity === 'warning');
}

async function shows(c: Case, { backend, violates, passesOn }: Sought): Promise<boolean> {
  for (let i = 0; i < PROOFS; i++) {
    const shown = listShown(await runQuickly(backend, c, i));
    if (!violates.every((name) => shown.includes(name))) return false;
    if (passesOn && (await runQuickly(passesOn, c, i)).status !== 'pass') return false;
  }
  return true;
}

/** The properties that a run violates, as its scenario expects or not. */
export function listShown({ violations, known }: Verdict): string[] {
  return [...violations, ...known].map(({ property }) => property);
}

function runQuickly(backend: Backend, c: Case, i: number): Promise<Verdict> {
  const criu = c.criu && { ...c.criu, limit: Math.min(c.criu.limit ?? SHORT_LIMIT, SHORT_LIMIT) };
  return runCase({ ...c, ...(criu && { criu }) }, { backend, seed: `${DEFAULT_SEED}${i}` });
}
