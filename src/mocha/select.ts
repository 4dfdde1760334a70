/** Which cases are run, and what their tests are called. */
import { BACKENDS, type BackendName, type Case } from '../model/case.ts';
import type { SuiteOptions } from './options.ts';

/** The title of a case's test: Mocha's --grep finds it by its name, its matrix values and, as @tag, by its tags. */
export function testTitle(c: Case, backend: BackendName, { backends }: SuiteOptions): string {
  const where = backends.length > 1 ? [`on ${backend}`] : [];
  return [c.title, ...where, ...c.tags.map((tag) => `@${tag}`)].join(' ');
}

/** Whether the options select this case, as a test on this backend. */
export function selects(options: SuiteOptions, c: Case, backend: BackendName): boolean {
  const { tags, grep, own = false } = options;
  if (own && !isFor(c, backend)) return false;
  if (tags !== undefined && tags.length > 0 && !tags.some((tag) => c.tags.includes(tag))) return false;
  return grep === undefined || new RegExp(grep).test(testTitle(c, backend, options));
}

/**
 * The options with the backends that cases are run on when none is named: the default, and cases that are for others
 * only are left out; where no selected case is for the default, those that they name.
 */
export function withOwnBackends(options: SuiteOptions, cases: readonly Case[]): SuiteOptions {
  const selected = selectTests(options, cases).map(({ c }) => c);
  const isForDefault = selected.some((c) => options.backends.some((backend) => isFor(c, backend)));
  if (isForDefault || selected.length === 0) return { ...options, own: true };
  const backends = BACKENDS.filter((backend) => selected.some((c) => c.restart.backends.includes(backend)));
  return { ...options, backends, own: true };
}

/** Whether a case is for a backend: it names it, or none. */
function isFor({ restart: { backends } }: Case, backend: BackendName): boolean {
  return backends.length === 0 || backends.includes(backend);
}

/** The tests that the options make of these cases, in order. */
export function selectTests(options: SuiteOptions, cases: readonly Case[]): { c: Case; backend: BackendName }[] {
  return cases
    .flatMap((c) => options.backends.map((backend) => ({ c, backend })))
    .filter(({ c, backend }) => selects(options, c, backend));
}
