import assert from 'node:assert/strict';
import { isBadSurroundings } from '../../src/backends/backend.ts';
import { patiently } from '../../src/backends/patience.ts';

describe('MKTROUBLE_PATIENCE', () => {
  it('multiplies time limits, and changes nothing where it is not set', () => {
    assert.equal(patiently(5000, {}), 5000);
    assert.equal(patiently(5000, { MKTROUBLE_PATIENCE: '10' }), 50_000);
    assert.equal(patiently(5000, { MKTROUBLE_PATIENCE: '1.5' }), 7500);
  });

  it('is a number from 1 to 1000', () => {
    for (const text of ['', ' ', '0', '0.5', '-1', '1001', 'ten', 'NaN', 'Infinity'])
      assert.throws(
        () => patiently(1, { MKTROUBLE_PATIENCE: text }),
        (error: Error) => isBadSurroundings(error) && error.message.includes(JSON.stringify(text)),
      );
  });
});
