/** Properties of an engine on which the scenario never runs: whatever is said of them holds, and says nothing. */
import type { Case } from '../../model/case.ts';
import { CRIU_PROPERTIES } from '../../properties/index.ts';
import { findPosition, type LintFinding } from './finding.ts';

const OF_CRIU: ReadonlySet<string> = new Set(CRIU_PROPERTIES.map(({ name }) => name));

/** A scenario that names its backends is judged by the properties of CRIU, of the restart, or of both. */
export function propertiesNotJudged(c: Case): LintFinding[] {
  const { backends } = c.restart;
  if (backends.length === 0) return [];
  const isForCriu = backends.includes('criu');
  const isForOthers = backends.some((name) => name !== 'criu');
  const { violates, mayViolate = [], except, only = [] } = c.expect;
  const lists = { violates, 'may-violate': mayViolate, except, all: only };
  return Object.entries(lists).flatMap(([word, names]) =>
    names.flatMap((name, i): LintFinding[] => {
      if (OF_CRIU.has(name) ? isForCriu : isForOthers) return [];
      const position = findPosition(c, `expect.${word}.${i}`, `expect.${word}`, 'expect');
      const origin = OF_CRIU.has(name) ? 'of CRIU' : 'of the restart';
      return [
        {
          rule: 'property-not-judged',
          position,
          message: `${name} is a property ${origin}, and the scenario runs on ${backends.join(' and ')} only`,
          hint: 'take it out, or name another backend',
        },
      ];
    }),
  );
}
