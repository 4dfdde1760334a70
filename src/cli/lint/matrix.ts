/** Values of a matrix that make a case there is already. */
import type { Case } from '../../model/case.ts';
import { findPosition, type LintFinding, serializeEssence } from './finding.ts';

/** `cases`: those of one scenario. */
export function deadMatrixValues(cases: readonly Case[]): LintFinding[] {
  const first = cases[0];
  if (!first || cases.length < 2) return [];
  const names = Object.keys(first.matrix);
  const unused = names.filter((name) => distinct(cases, name) === 1 && listValues(cases, name).length > 1);
  const found: LintFinding[] = unused.map((name) => ({
    rule: 'dead-matrix-value',
    position: findPosition(first, `matrix.${name}`, 'matrix'),
    message: `the values of ${name} change nothing: all make the same case`,
    hint: `use \${{ matrix.${name} }}, or take it out`,
  }));
  for (const name of names.filter((one) => !unused.includes(one))) {
    const values = listValues(cases, name);
    const seen = new Map<string, unknown>();
    values.forEach((value, i) => {
      const essence = essenceWith(cases, name, value);
      const twin = seen.get(essence);
      if (twin === undefined) {
        seen.set(essence, value);
        return;
      }
      found.push({
        rule: 'dead-matrix-value',
        position: findPosition(first, `matrix.${name}.${i}`, `matrix.${name}`, 'matrix'),
        message: `${name}: ${String(value)} makes the same case as ${String(twin)}`,
      });
    });
  }
  return found;
}

function listValues(cases: readonly Case[], name: string): readonly (string | number | boolean)[] {
  return [...new Set(cases.map((c) => c.matrix[name]!))];
}

/** In how many ways a name's values differ in what they make. */
function distinct(cases: readonly Case[], name: string): number {
  return new Set(listValues(cases, name).map((value) => essenceWith(cases, name, value))).size;
}

/** All cases with this value, with the other values that they have. */
function essenceWith(cases: readonly Case[], name: string, value: unknown): string {
  return JSON.stringify(
    cases
      .filter((c) => c.matrix[name] === value)
      .map(({ matrix: { [name]: _, ...others }, ...c }) => [others, serializeEssence({ ...c, matrix: others })]),
  );
}
