/** Scenarios in code: the same words, checked in the same way, as a typed object. */
import { stringify } from 'yaml';
import { type Case, NOWHERE } from '../model/case.ts';
import type { KnownNames } from './known-names.ts';
import { parseScenarios } from './load.ts';
import type { ScenarioDocument } from './schema/document.ts';
import { type Diagnostic, fileDiagnostic, formatDiagnostic } from './source/diagnostic.ts';

/** A scenario in code has mistakes; their lines are those of the scenario written as YAML, which the frames show. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n\n'));
    this.diagnostics = diagnostics;
  }
}

/** The cases of a scenario; throws a ScenarioError when it has mistakes. */
export function defineScenario(document: ScenarioDocument, known: KnownNames = {}): Case[] {
  const { cases, diagnostics } = parseScenarios(asYaml(document), NOWHERE.file, known);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ScenarioError(errors);
  return cases.map((made) => ({
    ...made,
    position: NOWHERE,
    positions: {},
    faults: made.faults.map(({ position: _, ...fault }) => fault),
  }));
}

function asYaml(document: ScenarioDocument): string {
  try {
    return stringify(document) ?? '';
  } catch (error) {
    const message = `the scenario is not plain data: ${(error as Error).message}`;
    throw new ScenarioError([fileDiagnostic(NOWHERE.file, message)]);
  }
}
