/** Which cases are run, and what their tests are called. */
import { type Options, type Project, projectOn } from '../config/index.ts';
import { matchesTags } from '../config/tag-expression.ts';
import { BACKENDS, type BackendName, type Case } from '../model/case.ts';

/** The title of a case's test: Mocha's --grep finds it by its name, its matrix values and, as @tag, by its tags. */
export function testTitle(c: Case, { name }: Project, { projects }: Pick<Options, 'projects'>): string {
  const where = projects.length > 1 ? [`on ${name}`] : [];
  return [c.title, ...where, ...c.tags.map((tag) => `@${tag}`)].join(' ');
}

/** What selects cases. */
export type Selection = Pick<Options, 'projects' | 'own' | 'grep' | 'tags'>;

/** Whether the options select this case, as a test of this project. */
function selects(options: Selection, c: Case, project: Project): boolean {
  if (options.own && !isFor(c, project.backend)) return false;
  const title = testTitle(c, project, options);
  return [options, project].every(
    ({ grep, tags = [] }) => matchesTags(tags, c.tags) && (grep === undefined || new RegExp(grep).test(title)),
  );
}

/**
 * The options with the backends that cases are run on when none is named: the default, and cases that are for others
 * only are left out; where no selected case is for the default, those that they name.
 */
export function withOwnBackends<O extends Options>(options: O, cases: readonly Case[]): O {
  const selected = selectTests(options, cases).map(({ c }) => c);
  const isForDefault = selected.some((c) => options.projects.some(({ backend }) => isFor(c, backend)));
  if (isForDefault || selected.length === 0) return { ...options, own: true };
  const backends = BACKENDS.filter((backend) => selected.some((c) => c.restart.backends.includes(backend)));
  // Cases for backends of users only: each is skipped, and says which.
  if (backends.length === 0) return options;
  return { ...options, projects: backends.map((backend) => projectOn(backend, options)), own: true };
}

/** Whether a case is for a backend: it names it, or none. */
function isFor({ restart: { backends } }: Case, backend: BackendName): boolean {
  return backends.length === 0 || backends.includes(backend);
}

/** One case on one project. */
export interface SelectedTest {
  readonly c: Case;
  readonly project: Project;
}

/** The tests that the options make of these cases, in order. */
export function selectTests(options: Selection, cases: readonly Case[]): SelectedTest[] {
  return cases
    .flatMap((c) => options.projects.map((project) => ({ c, project })))
    .filter(({ c, project }) => selects(options, c, project));
}
