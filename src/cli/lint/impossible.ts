/** Properties and expectations that cannot hold: every run violates them, and the scenario does not say that it expects that. */
import type { SchedulableBackend } from '../../backends/backend.ts';
import { shippedProperties, whyNot } from '../../injector/index.ts';
import { defaultMaxSteps } from '../../injector/run-case.ts';
import type { Case } from '../../model/case.ts';
import { EXPECTATION } from '../../properties/index.ts';
import type { Violation } from '../../record/verdict.ts';
import { findPosition, type LintFinding } from './finding.ts';

/** Runs that have to agree; most cases are done after the first. */
const RUNS = 20;

/** Runs the case at random until each property has held once. A case that the backend cannot do says nothing, nor does one with a schedule. */
export async function impossibleProperties(c: Case, backend: SchedulableBackend): Promise<LintFinding[]> {
  if (c.explore?.schedule || c.skip !== undefined || (await whyNot(backend, c)) !== undefined) return [];
  const declared = new Set([...c.expect.violates, ...(c.expect.mayViolate ?? [])]);
  let always: ReadonlyMap<string, Violation> | undefined;
  for (let run = 0; run < RUNS && always?.size !== 0; run++) {
    const seed = `lint/${run}`;
    const record = await backend.run({
      case: c,
      protocol: c.restart.protocol,
      maxSteps: defaultMaxSteps(c),
      seed,
    });
    const violated = shippedProperties(c, record).filter(({ property }) => !declared.has(property));
    const here = new Map(violated.map((violation) => [keyOf(violation), violation]));
    always = always ? new Map([...always].filter(([key]) => here.has(key))) : here;
  }
  return [...(always ?? new Map<string, Violation>()).values()].map(({ property, message, position }) => ({
    rule: 'property-cannot-hold',
    position: position ?? findPosition(c, 'expect', 'scenario'),
    message: `${property} is violated in each of ${RUNS} runs of ${c.title}: ${message}`,
    hint: 'a finding: mktrouble run shows it; or declare it in violates',
  }));
}

/** Expectations are distinguished by their place. */
function keyOf({ property, position }: Violation): string {
  return property === EXPECTATION.name && position ? `${property} ${position.line}:${position.column}` : property;
}
