/** The lines that docs/findings.md names lie in the functions that it names. */
import assert from 'node:assert/strict';
import { LINES, PATCH_FUNCTIONS } from '../../lab/findings/lines.ts';

describe('The lines of the patch that findings name', () => {
  it('lie in the functions that they are said to be of', () => {
    for (const [title, all] of Object.entries(LINES)) {
      for (const { file, function: name, from, to } of all) {
        const range = PATCH_FUNCTIONS[file]?.[name];
        assert.ok(range, `${title}: ${file} has no ${name}`);
        const [first, last] = range;
        assert.ok(
          first <= from && from <= to && to <= last,
          `${title}: ${name} ${from}-${to} is not in ${first}-${last}`,
        );
      }
    }
  });

  it('are looked up in functions that do not overlap', () => {
    for (const functions of Object.values(PATCH_FUNCTIONS)) {
      const ranges = Object.values(functions).sort((a, b) => a[0] - b[0]);
      ranges.forEach(([first, last], i) => {
        assert.ok(first <= last && last < (ranges[i + 1]?.[0] ?? Number.POSITIVE_INFINITY));
      });
    }
  });
});
