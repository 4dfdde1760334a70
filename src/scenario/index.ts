/** The scenario room: a YAML file, or a typed object, becomes cases or diagnostics. */
export { LoadBudget } from './budget.ts';
export { defineScenario, ScenarioError } from './define.ts';
export type { KnownNames } from './known-names.ts';
export {
  findScenarioFiles,
  isScenarioFile,
  type Loaded,
  type LoadOptions,
  loadScenarioFile,
  loadScenarioFileSync,
  loadScenarios,
  parseScenarios,
  parseScenarioText,
} from './load.ts';
export type { ScenarioDocument } from './schema/document.ts';
export { formatWords } from './schema/words.ts';
export { type Diagnostic, formatDiagnostic } from './source/diagnostic.ts';
export { writeScenario } from './write.ts';
export { writePinned } from './write-pinned.ts';
export { writeReplay } from './write-replay.ts';
