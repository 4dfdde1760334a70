/** When what a process holds has grown. */
import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { count, grown, type Held } from './held.ts';

const FLAT: Held = {
  memory: 200,
  heap: 40,
  handles: 30,
  processes: 4,
  cgroups: 1,
  mounts: 20,
  'temporary files': 0,
};

/** Ten counts, in which one measure is so much more each time. */
const rising = (name: keyof Held, by: number): Held[] =>
  Array.from({ length: 10 }, (_, i) => ({ ...FLAT, [name]: FLAT[name] + i * by }));

describe('What a process holds', () => {
  it('is flat when it only goes up and down', () => {
    const rows = rising('memory', 0).map((row, i) => ({
      ...row,
      memory: 200 + 30 * (i % 2),
      handles: 30 + 3 * (i % 2),
    }));
    assert.deepEqual(grown(rows), []);
  });

  for (const [name, by] of [
    ['memory', 30],
    ['heap', 5],
    ['handles', 3],
    ['processes', 2],
    ['cgroups', 1],
    ['mounts', 1],
    ['temporary files', 1],
  ] as const)
    it(`has grown with its ${name}`, () => assert.deepEqual(grown(rising(name, by)), [name]));

  it('is left to grow while it begins', () => {
    assert.deepEqual(grown([{ ...FLAT, handles: 10, memory: 50 }, ...rising('memory', 0)]), []);
  });

  it('is counted', async function () {
    this.timeout(30_000);
    const before = await count();
    const open = Array.from({ length: 5 }, () => openSync('/dev/null', 'r'));
    const after = await count();
    for (const one of open) closeSync(one);
    assert.equal(after.handles - before.handles, 5);
  });
});
