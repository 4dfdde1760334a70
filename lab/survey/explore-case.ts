/** Explores a case of the survey, in a process of its own. */
import type { Case } from '../../src/model/case.ts';
import { survey } from './survey.ts';
import type { Done } from './work.ts';

export default async function exploreCase(c: Case): Promise<Done> {
  const began = performance.now();
  const { verdict, violations } = await survey(c);
  const { states = 0, complete } = verdict.tried;
  return { scenario: c.scenario, states, complete, violations, took: (performance.now() - began) / 1000 };
}
