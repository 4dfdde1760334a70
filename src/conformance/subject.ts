/** What the checks have in hand: a backend of the module, the cases that it runs, and a limit of time for each call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, isBadSurroundings, type Plan } from '../backends/backend.ts';
import type { BackendModule, CreateOptions } from '../backends/module.ts';
import { defaultMaxSteps } from '../injector/run-case.ts';
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';

/** A check that does not hold; the message says what was seen and what was expected. */
export class Failed extends Error {}

/** A check that has nothing to look at in this backend; the message says why. */
export class NotApplicable extends Error {}

/** A call that did not end in time: nothing further can be asked of the backend. */
export class Hung extends Failed {}

export interface Subject {
  readonly module: BackendModule;
  readonly backend: Backend;
  readonly create: CreateOptions;
  /** Those that the backend does not refuse. */
  readonly cases: readonly Case[];
  /** All that it was given. */
  readonly given: readonly Case[];
  /** Milliseconds of each call. */
  readonly limit: number;
  /** A folder of the kit's own, which exists. */
  readonly folder: string;
}

/** A plan of a case that must not be changed: each part of it is frozen. */
export function planFor(c: Case, more: Partial<Plan> = {}): Plan {
  const plan = { case: c, protocol: c.restart.protocol, seed: '7', maxSteps: defaultMaxSteps(c), ...more };
  return deepFreeze(plan);
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}

/** What the call gives, within the limit. Rejects with Hung after it. */
export async function withinLimit<T>(limit: number, what: string, call: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(limit, undefined, { signal: over.signal }).then(() => {
    throw new Hung(`${what} has not ended after ${limit} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([call(), late]);
  } finally {
    over.abort();
  }
}

/** Runs a plan. Throws Failed where it rejects; undefined where what the case needs around it is missing. */
export async function runPlan({ backend, limit }: Subject, plan: Plan, on = backend): Promise<RunRecord | undefined> {
  const what = `run() of "${plan.case.title}"`;
  try {
    return await withinLimit(limit, what, () => on.run(plan));
  } catch (error) {
    if (error instanceof Failed) throw error;
    if (!isBadSurroundings(error)) throw new Failed(`${what} rejects: ${text(error)}`);
    if (error.message === '') throw new Failed(`${what} rejects with BadSurroundings, and says nothing`);
    return undefined;
  }
}

/** Disposes of a backend. Rejects when that does not end in time. */
export function dispose(backend: Backend, limit: number): Promise<void> {
  return withinLimit(limit, 'dispose()', () => backend.dispose());
}

/** The first line of an exception. */
export function text(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Calls the check for each case; throws NotApplicable when none gave a record to look at. */
export async function eachRecord(
  subject: Subject,
  look: (record: RunRecord, plan: Plan) => Promise<void> | void,
  cases = subject.cases,
): Promise<void> {
  let seen = 0;
  for (const c of cases) {
    const plan = planFor(c);
    const record = await runPlan(subject, plan);
    if (!record) continue;
    seen += 1;
    await look(record, plan);
  }
  if (seen === 0) throw new NotApplicable('no case of this kind can be run here');
}
