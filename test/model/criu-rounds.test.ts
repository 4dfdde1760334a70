/** Rounds: the calls of CRIU, cut into dumps with what belongs to them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Round, type RoundCall, refuseRounds, splitRounds } from '../../src/model/criu-rounds.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const CALLS: readonly RoundCall[] = ['pre-dump', 'dump', 'restore'];

function join({ preDumps, dumps, restores }: Round): RoundCall[] {
  return [
    ...Array<RoundCall>(preDumps).fill('pre-dump'),
    ...(dumps ? (['dump'] as const) : []),
    ...(restores ? (['restore'] as const) : []),
  ];
}

describe('Rounds of dump and restore', () => {
  it('have the calls in their order, and at most one dump and one restore each', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CALLS), { maxLength: 12 }), (calls) => {
        const rounds = splitRounds(calls);
        assert.deepEqual(rounds.flatMap(join), calls);
        assert.ok(rounds.every((round) => join(round).length > 0));
      }),
    );
  });

  const REFUSED: readonly (readonly RoundCall[])[] = [
    ['restore'],
    ['pre-dump'],
    ['pre-dump', 'restore'],
    ['dump', 'dump'],
    ['dump', 'pre-dump', 'dump'],
    ['dump', 'restore', 'pre-dump'],
  ];
  for (const rounds of REFUSED) {
    it(`cannot be ${rounds.join(', ')}`, () => {
      assert.notEqual(refuseRounds({ rounds, options: {} }), undefined);
      const { diagnostics } = parse(`rounds: [${rounds.join(', ')}]`);
      assert.deepEqual(
        diagnostics.map(({ line }) => line),
        [3],
      );
    });
  }

  const ALLOWED: readonly (readonly RoundCall[])[] = [
    ['dump'],
    ['dump', 'restore', 'restore'],
    ['pre-dump', 'pre-dump', 'dump', 'restore', 'dump', 'restore'],
  ];
  for (const rounds of ALLOWED) {
    it(`can be ${rounds.join(', ')}, and are written as they are read`, () => {
      const { cases, diagnostics } = parse(`rounds: [${rounds.join(', ')}]`);
      assert.deepEqual(diagnostics, []);
      assert.deepEqual(cases[0]!.criu!.rounds, rounds);
      assert.deepEqual(parseScenarios(writeScenario(cases[0]!), 'a.yaml').cases[0]!.criu!.rounds, rounds);
    });
  }

  it('may dump a tree again that the dump leaves', () => {
    const { diagnostics } = parse('rounds: [dump, pre-dump, dump, restore], dump-options: { leave-running: true }');
    assert.deepEqual(diagnostics, []);
  });
});

function parse(criu: string) {
  return parseScenarios(`scenario: A\ntree: { pid: 100 }\ncriu: { ${criu} }\n`, 'a.yaml');
}
