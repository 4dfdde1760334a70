/** Properties of an engine on which the scenario never runs: whatever is said of them holds, and says nothing. */
import type { Case } from '../../model/case.ts';
import { CRIU_PROPERTIES, RUNTIME_PROPERTIES } from '../../properties/index.ts';
import { findPosition, type LintFinding } from './finding.ts';

const OF_CRIU: ReadonlySet<string> = new Set(CRIU_PROPERTIES.map(({ name }) => name));
const OF_RUNTIMES: ReadonlySet<string> = new Set(RUNTIME_PROPERTIES.map(({ name }) => name));

/** A scenario that names its backends is judged by the properties of CRIU, of container runtimes, of the restart, or of several. */
export function propertiesNotJudged(c: Case): LintFinding[] {
  const { backends } = c.restart;
  if (backends.length === 0) return [];
  const { violates, mayViolate = [], except, only = [] } = c.expect;
  const lists = { violates, 'may-violate': mayViolate, except, all: only };
  return Object.entries(lists).flatMap(([word, names]) =>
    names.flatMap((name, i): LintFinding[] => {
      if (backends.some((backend) => kindOfBackend(backend) === kindOfProperty(name))) return [];
      const position = findPosition(c, `expect.${word}.${i}`, `expect.${word}`, 'expect');
      return [
        {
          rule: 'property-not-judged',
          position,
          message: `${name} is a property of ${kindOfProperty(name)}, and the scenario runs on ${backends.join(' and ')} only`,
          hint: 'take it out, or name another backend',
        },
      ];
    }),
  );
}

function kindOfProperty(name: string): string {
  if (OF_CRIU.has(name)) return 'CRIU';
  return OF_RUNTIMES.has(name) ? 'container runtimes' : 'the restart';
}

function kindOfBackend(name: string): string {
  if (name === 'criu') return 'CRIU';
  return name === 'oci' ? 'container runtimes' : 'the restart';
}
