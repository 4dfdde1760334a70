/** Which cases of a run show the same finding. */
import { type CaseResult, isFinding } from './result.ts';

/** What a case of a matrix found, as a text: cases of one scenario with equal texts show the same. Numbers are those of a case. */
export function identifyFinding({ verdict }: CaseResult): string | undefined {
  if (!verdict || !isFinding(verdict.status) || verdict.violations.length === 0) return undefined;
  const { scenario, position, backend, project, protocol, violations } = verdict;
  const found = violations.map(({ property, message }) => `${property}: ${message.replace(/\d+/g, '#')}`);
  return JSON.stringify([position.file, scenario, backend, project, protocol, found]);
}
