/** All rules over all cases, each thing said once, in the order of the files. */
import type { SchedulableBackend } from '../../backends/backend.ts';
import type { Case } from '../../model/case.ts';
import { duplicateScenarios } from './duplicates.ts';
import { emptyExpectations } from './expectations.ts';
import { silentFaults } from './faults.ts';
import { byScenario, type LintFinding } from './finding.ts';
import { deadMatrixValues } from './matrix.ts';
import { propertiesNotJudged } from './properties.ts';

export type { LintFinding } from './finding.ts';

/** What can't be meant in these cases. */
export async function lint(cases: readonly Case[], backend: SchedulableBackend): Promise<LintFinding[]> {
  const scenarios = byScenario(cases);
  const found = [
    ...cases.flatMap(emptyExpectations),
    ...scenarios.flatMap(deadMatrixValues),
    ...duplicateScenarios(scenarios),
    ...cases.flatMap(onlyLeftIn),
    ...cases.flatMap(propertiesNotJudged),
  ];
  for (const c of cases) found.push(...(await silentFaults(c, backend)));
  const once = new Map(found.map((one) => [`${one.rule} ${placeText(one)} ${one.message}`, one]));
  return [...once.values()].sort(byPlace);
}

function onlyLeftIn({ only, position }: Case): LintFinding[] {
  if (only === undefined) return [];
  const message = 'no other scenario is run while this one has the key `only`';
  return [{ rule: 'only-left-in', position, message, hint: 'remove it before you commit the file' }];
}

function placeText({ position: { file, line, column } }: LintFinding): string {
  return `${file}:${line}:${column}`;
}

function byPlace({ position: a }: LintFinding, { position: b }: LintFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
