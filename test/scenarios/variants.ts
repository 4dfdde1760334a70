/** Every item of the changelog undone, and every repair left out, turns a scenario of the suite red. */
import assert from 'node:assert/strict';
import { shippedProperties } from '../../src/injector/judge.ts';
import { REPAIRS, UNDONE } from '../../src/protocol/stacks.ts';
import { DETECTED, UNOBSERVABLE } from './detected.ts';
import { expandCase, explore, exploreUnder, judgeAgain, suiteCases } from './support.ts';

describe('the suite and the variants', function () {
  this.timeout(300_000);
  const rows: string[][] = [];

  after(() => {
    const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
    for (const row of rows)
      console.log(
        `      ${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}`,
      );
  });

  it('names a scenario for each item of the changelog and for each repair, or a reason', () => {
    const known = (...names: string[]) => names.some((name) => DETECTED[name] ?? UNOBSERVABLE[name]);
    const items = UNDONE.filter((item) => !known(item, `hardened-${item}`));
    const repairs = REPAIRS.filter((repair) => !known(`hardened-without-${repair}`));
    assert.deepEqual([items, repairs], [[], []]);
  });

  for (const [protocol, [scenario, by]] of Object.entries(DETECTED)) {
    it(`${protocol} is detected by ${by}`, async () => {
      const c = expandCase(scenario);
      assert.equal(c.restart.protocol, protocol.startsWith('hardened') ? 'hardened' : 'series');
      assert.deepEqual(c.expect.violates, []);
      assert.equal(judgeAgain(c, await explore(c)).status, 'pass');
      const undone = await exploreUnder(c, protocol);
      assert.equal(judgeAgain(c, undone).status, 'fail');
      const found = undone.records.flatMap((record) => shippedProperties(c, record).map(({ property }) => property));
      assert.ok(found.includes(by), `detected by ${[...new Set(found)].join(', ')}`);
      rows.push([protocol, by, scenario]);
    });
  }

  for (const [protocol, reason] of Object.entries(UNOBSERVABLE)) {
    it(`${protocol} is not observable: ${reason}`, async () => {
      const kept = suiteCases().filter(
        ({ restart, expect }) => restart.protocol === 'hardened' && !expect.violates.length,
      );
      for (const c of kept) assert.equal(judgeAgain(c, await exploreUnder(c, protocol)).status, 'pass', c.id);
    });
  }
});
