/** Scenarios that repeat every case of another scenario. */
import type { Case } from '../../model/case.ts';
import { type LintFinding, serializeEssence } from './finding.ts';

/** `scenarios`: the cases of each. Of two equal scenarios the later one is reported. */
export function duplicateScenarios(scenarios: readonly (readonly Case[])[]): LintFinding[] {
  const found: LintFinding[] = [];
  const owners = new Map<string, Set<number>>();
  scenarios.forEach((cases, i) => {
    const essences = [...new Set(cases.map(serializeEssence))];
    const sharing = essences.map((essence) => owners.get(essence) ?? new Set<number>());
    const twin = [...(sharing[0] ?? [])].find((other) => sharing.every((set) => set.has(other)));
    if (twin !== undefined) found.push(describeTwin(cases[0]!, scenarios[twin]![0]!));
    for (const essence of essences) owners.set(essence, (owners.get(essence) ?? new Set<number>()).add(i));
  });
  return found;
}

function describeTwin(c: Case, twin: Case): LintFinding {
  const { file, line } = twin.position;
  return {
    rule: 'duplicate-scenario',
    position: c.position,
    message: `this is the scenario of ${file}:${line}: ${twin.scenario}`,
    hint: 'the same tree, image, restart, faults and expectations; take one of them out',
  };
}
