// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { NOWHERE } from '../../src/model/case.ts';
import { defineScenario, type ScenarioDocument, ScenarioError } from '../../src/scenario/index.ts';

describe('a scenario in code', () => {
  it('makes the cases that its file would', () => {
    const cases = defineScenario({
      scenario: 'In code',
      tree: {
        pid: 100,
        children: [
          { pid: 101, state: 'zombie' },
          { pid: 102, threads: [103, { pid: 104 }] },
        ],
      },
      matrix: { target: ['coordinator', 101] },
      restart: { flags: ['frozen', 0x80], backends: ['simulated'] },
      faults: [{ signal: 'SIGUSR1', to: '${{ matrix.target }}', when: 'any' }],
      explore: { strategy: 'pct', depth: 2 },
      expect: { coordinator: ['ok', 'EINTR'], tasks: { 102: 'frozen', all: ['killed', { waiting: 'sync-1' }] } },
    });
    assert.deepEqual(
      cases.map(({ id }) => id),
      ['(code)#In code [target=coordinator]', '(code)#In code [target=101]'],
    );
    assert.deepEqual(cases[1]!.faults, [
      { verb: 'signal', name: 'signal-1', targets: [101], signal: 'SIGUSR1', times: 1, when: { kind: 'any' } },
    ]);
    assert.deepEqual(cases[0]!.position, NOWHERE);
    assert.deepEqual(cases[0]!.positions, {});
    assert.deepEqual(cases[0]!.expect.tasks[102], [{ outcome: 'frozen' }]);
  });

  it('throws all its mistakes', () => {
    assert.throws(
      () =>
        defineScenario({
          scenario: 'x',
          tree: { pid: 100 },
          faults: [{ kill: 107 }],
          expect: { 'left-waiting': [108] },
        }),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.equal(error.diagnostics.length, 2);
        assert.match(error.message, /unknown task 107.*unknown task 108/s);
        assert.match(error.diagnostics[0]!.frame, /kill: 107/);
        return true;
      },
    );
  });

  it('is checked as a file is, whatever it holds', () => {
    const circle: Record<string, unknown> = { pid: 100 };
    circle['children'] = [circle];
    const odd: unknown[] = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { scenario: 'x', tree: circle },
      { scenario: 'x', tree: { pid: 1n } },
      { scenario: () => 1, tree: { pid: 100 } },
    ];
    for (const document of odd) assert.throws(() => defineScenario(document as ScenarioDocument), ScenarioError);
  });

  it('has types that know the words', () => {
    const document: ScenarioDocument = {
      scenario: 'x',
      tree: { generate: { shape: 'star', tasks: '${{ matrix.n }}' } },
    };
    // @ts-expect-error no such shape
    document.tree = { generate: { shape: 'ring', tasks: 4 } };
    // @ts-expect-error no such errno
    document.expect = { coordinator: 'ENOTHING' };
    // @ts-expect-error no such key
    document.tests = [];
    assert.ok(document);
  });
});
