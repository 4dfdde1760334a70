/** What lint says about a scenario: nothing that is wrong, but something that can't be meant. */
import type { Case, Position } from '../../model/case.ts';

export const RULES = {
  'expectation-cannot-fail': 'an expectation that every way to end meets',
  'fault-never-fires': 'a fault that fired in no run',
  'dead-matrix-value': 'a value of the matrix that changes nothing',
  'duplicate-scenario': 'a scenario that is another one under another name',
  'defect-not-reviewed': 'a defect of mktrouble.known.yaml that is still new',
  'old-name': 'a name that has been replaced by another',
  'property-not-judged': 'a property that no run of the scenario has judged',
  'property-cannot-hold': 'a property or an expectation that every run violates',
  'unknown-rule': 'a rule after `# lint:` that does not exist',
  'only-left-in': 'an `only:` that keeps all other scenarios from being run',
} as const;
export type RuleName = keyof typeof RULES;

export interface LintFinding {
  readonly rule: RuleName;
  readonly position: Position;
  readonly message: string;
  readonly hint?: string;
}

/** All that decides how a case is run and judged, as one text: equal texts, equal cases. Names of people and places are not in it. */
export function serializeEssence(c: Case): string {
  const { id, scenario, title, why, tags, matrix, position, positions, tasks, faults, skip, only, ...rest } = c;
  const numbers = new Map(faults.map((fault, i) => [fault.name, i]));
  return JSON.stringify([
    rest,
    tasks.map(({ name: _, ...task }) => task),
    faults.map(({ name: _name, position: _position, when, ...fault }) => [
      fault,
      when.kind === 'after' ? { after: numbers.get(when.fault) } : when,
    ]),
  ]);
}

/** The first of these paths that the file has a place for, else the scenario's own. */
export function findPosition(c: Case, ...paths: readonly string[]): Position {
  for (const path of paths) {
    const position = c.positions[path];
    if (position) return position;
  }
  return c.position;
}

/** The cases of each scenario, in order. */
export function byScenario(cases: readonly Case[]): Case[][] {
  const groups = new Map<string, Case[]>();
  for (const c of cases) {
    const key = `${c.position.file}\n${c.scenario}`;
    const group = groups.get(key);
    if (group) group.push(c);
    else groups.set(key, [c]);
  }
  return [...groups.values()];
}
