/** A process that judges mutants, one after the other: its parent may kill it when one does not end. */

import type { Case } from '../../src/model/case.ts';
import { suiteCases } from '../../test/scenarios/support.ts';
import { killedBy, mutated } from './judge.ts';
import { allMutants, buildName, listBuilds, PROTOCOLS, planChanges } from './mutants.ts';

/** Which mutant, and in which order the cases (by their numbers in the suite) are tried. */
export interface Task {
  readonly mutant: string;
  readonly order: readonly number[];
}

export type Answer =
  | { readonly kind: 'at'; readonly case: number }
  | { readonly kind: 'same' }
  | { readonly kind: 'killed'; readonly case: number; readonly by: string }
  | { readonly kind: 'survived'; readonly cases: number };

const mutants = new Map([...allMutants()].map((mutant) => [mutant.name, mutant]));
const say = (answer: Answer): void => void process.send?.(answer);

/** Whether the case runs under one of the builds. Variants are made of the same lines: they are asked whatever differs. */
function concerns(builds: readonly string[], { restart: { protocol, debug } }: Case): boolean {
  return !PROTOCOLS.includes(protocol) || builds.includes(buildName(protocol, debug));
}

async function judge({ mutant, order }: Task): Promise<Answer> {
  const changes = planChanges(mutants.get(mutant)!);
  let builds: readonly string[];
  try {
    builds = listBuilds(changes);
  } catch {
    return { kind: 'same' }; /* no program of the model's language */
  }
  if (builds.length === 0) return { kind: 'same' };
  const backend = mutated(changes);
  let cases = 0;
  for (const i of order) {
    const c = suiteCases()[i]!;
    if (!concerns(builds, c)) continue;
    say({ kind: 'at', case: i });
    cases++;
    const by = await killedBy(c, backend);
    if (by !== undefined) return { kind: 'killed', case: i, by };
  }
  return { kind: 'survived', cases };
}

process.on('message', (task: Task) => {
  judge(task).then(say, (error: unknown) => {
    throw error;
  });
});
