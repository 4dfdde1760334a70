/** A walk over numbers that is even at every moment. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spread } from '../../src/injector/spread.ts';

describe('A spread over numbers', () => {
  it('has each of them once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (total) => {
        const all = Array.from({ length: total }, (_, i) => spread(i, total));
        assert.deepEqual(new Set(all), new Set(all.keys()));
      }),
    );
  });

  it('has seen each quarter alike, however much of it is done', () => {
    const [total, done] = [10_000, 400];
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < done; i++) quarters[Math.floor((spread(i, total) * 4) / total)]! += 1;
    for (const count of quarters) assert.ok(Math.abs(count - done / 4) <= 5, `${quarters}`);
  });
});
