/** The library: scenarios to cases, cases to verdicts, and the types that travel between. */
import { KNOWN_NAMES } from './injector/known.ts';
import type { Case } from './model/case.ts';
import * as scenario from './scenario/index.ts';

export type { Backend, Capability, Machine, Outcome, Plan, SchedulableBackend } from './backends/backend.ts';
export { BadSurroundings } from './backends/backend.ts';
export { type BackendModule, CONTRACT_VERSION, type CreateOptions, defineBackend } from './backends/module.ts';
export { type Config, defineConfig } from './config/define.ts';
export {
  type CheckResult,
  CONFORMANCE_RULES,
  type Conformance,
  type ConformanceOptions,
  checkConformance,
} from './conformance/index.ts';
export { type BackendOptions, KNOWN_BACKENDS, openBackend } from './injector/backends.ts';
export { type FindViolations, type RunOptions, runCase, shippedProperties } from './injector/index.ts';
export { KNOWN_NAMES } from './injector/known.ts';
export { attachVerdict, readVerdict } from './mocha/attach.ts';
export type { BackendName, Case, Fault, Position, Task } from './model/case.ts';
export { PROPERTIES, type Property } from './properties/index.ts';
export type { Effect, FinalState, Finding, RunEvent, RunRecord } from './record/record.ts';
export type { Tried, Verdict, Violation } from './record/verdict.ts';
export {
  type Diagnostic,
  findScenarioFiles,
  formatDiagnostic,
  type Loaded,
  type LoadOptions,
  type ScenarioDocument,
  ScenarioError,
} from './scenario/index.ts';

/** The cases of all scenario files in these files and folders, and everything that is wrong with them. Never throws. */
export function loadScenarios(paths: readonly string[], options: scenario.LoadOptions = {}): scenario.Loaded {
  return scenario.loadScenarios(paths, { ...KNOWN_NAMES, ...options });
}

/** The cases of a text as of a scenario file; `file` is its name in ids and diagnostics. Never throws. */
export function parseScenarios(text: string, file: string): scenario.Loaded {
  return scenario.parseScenarios(text, file, KNOWN_NAMES);
}

/** The cases of a scenario in code, at least one; throws a ScenarioError when it has mistakes. */
export function defineScenario(document: scenario.ScenarioDocument): [Case, ...Case[]] {
  return scenario.defineScenario(document, KNOWN_NAMES) as [Case, ...Case[]];
}
