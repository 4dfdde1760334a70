/**
 * Ranges of versions, for defects that a version has: `<4.2`, `>=4.0 <4.2`, `4.1`, `<4.1 || >=4.3`. A comparison without an
 * operator is of the parts that it names: `4.1` is any 4.1.x. In the others a part that is not there is 0.
 */

const COMPARISON = /^(<=|>=|<|>|=)?(\d+(?:\.\d+){0,3})$/;

/** What a range looks like, for messages. */
export const RANGE_FORM = 'comparisons such as <4.2 or ">=4.0 <4.2", alternatives separated by ||';

/** Whether a text is a range. */
export function isRange(text: string): boolean {
  return splitAlternatives(text).every(
    (one) => one.length > 0 && one.every((comparison) => COMPARISON.test(comparison)),
  );
}

/** Whether a version, of which the numbers at its beginning count, is in a range. A text that is no version is in none. */
export function isInRange(version: string, range: string): boolean {
  const numbers = /^\d+(\.\d+)*/.exec(version)?.[0].split('.').map(Number);
  if (!numbers) return false;
  return splitAlternatives(range).some((one) => one.every((comparison) => meets(numbers, comparison)));
}

function splitAlternatives(range: string): string[][] {
  return range.split('||').map((one) => one.split(/\s+/).filter((comparison) => comparison !== ''));
}

function meets(version: readonly number[], comparison: string): boolean {
  const [, operator, text = ''] = COMPARISON.exec(comparison) ?? [];
  const wanted = text.split('.').map(Number);
  const order = compare(operator === undefined ? version.slice(0, wanted.length) : version, wanted);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return order === 0;
  }
}

/** Below, at or above 0 as `a` is older, the same, or newer. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
