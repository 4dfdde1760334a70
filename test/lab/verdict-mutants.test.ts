/** The mutants of the verdict's rules. `npm run mutants:verdict` runs the tests against all of them, test/e2e against a few. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ruleMutants } from '../../lab/mutants/verdict/mutants.ts';
import { RULES } from '../../lab/mutants/verdict/rules.ts';
import { EQUIVALENT_RULES } from '../../lab/mutants/verdict/survivors.ts';
import { ROOT } from '../scenarios/support.ts';

describe('the mutants of the rules of a verdict', () => {
  const mutants = [...ruleMutants()];

  it('are made of each source of each rule, and have names of their own', () => {
    assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
    for (const { number, sources, changes = [] } of RULES) {
      const made = new Set(mutants.filter(({ rule }) => rule.number === number).map(({ file }) => file));
      assert.deepEqual(made, new Set([...sources, ...changes].map(({ file }) => file)), `rule ${number}`);
    }
  });

  it('have tests that are there', () => {
    for (const test of RULES.flatMap(({ tests }) => tests)) assert.ok(existsSync(path.join(ROOT, test)), test);
  });

  it('that are listed as equivalent are mutants', () => {
    for (const pattern of EQUIVALENT_RULES.flatMap((one) => one.mutants))
      assert.ok(
        mutants.some(({ name }) => pattern.test(name)),
        String(pattern),
      );
  });
});
