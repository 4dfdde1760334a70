/** Which cases are run, and what their tests are called. */
import type { BackendName, Case } from '../model/case.ts';
import type { SuiteOptions } from './options.ts';

/** The title of a case's test: Mocha's --grep finds it by its name, its matrix values and, as @tag, by its tags. */
export function testTitle(c: Case, backend: BackendName, { backends }: SuiteOptions): string {
  const where = backends.length > 1 ? [`on ${backend}`] : [];
  return [c.title, ...where, ...c.tags.map((tag) => `@${tag}`)].join(' ');
}

/** Whether the options select this case, as a test on this backend. */
export function selects(options: SuiteOptions, c: Case, backend: BackendName): boolean {
  const { tags, grep } = options;
  if (tags !== undefined && tags.length > 0 && !tags.some((tag) => c.tags.includes(tag))) return false;
  return grep === undefined || new RegExp(grep).test(testTitle(c, backend, options));
}

/** The tests that the options make of these cases, in order. */
export function selectTests(options: SuiteOptions, cases: readonly Case[]): { c: Case; backend: BackendName }[] {
  return cases
    .flatMap((c) => options.backends.map((backend) => ({ c, backend })))
    .filter(({ c, backend }) => selects(options, c, backend));
}
