/** Small files with a huge demand: refused with a position, before any of the work is done. */
import assert from 'node:assert/strict';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseReplay } from '../../src/injector/replay-file.ts';
import { LoadBudget, parseScenarios } from '../../src/scenario/index.ts';

const TREE = 'tree: { pid: 100, children: [{ pid: 101 }] }';

/** `file`: all of it; at most 200 bytes. */
const DEMANDS: Readonly<Record<string, string>> = {
  'a tree of ten million tasks': 'scenario: x\ntree: { generate: { shape: star, tasks: 10000000 } }',
  'a tree beyond the pids': 'scenario: x\ntree: { generate: { shape: star, tasks: 1000, first-pid: 4194300 } }',
  'a million million schedules': `scenario: x\n${TREE}\nexplore: { strategy: random, schedules: 1000000000000 }`,
  'a search of endless depth': `scenario: x\n${TREE}\nexplore: { strategy: pct, schedules: 1, depth: 1e300 }`,
  'a search of endless states': `scenario: x\n${TREE}\nexplore: { strategy: exhaustive, max-states: 1e300 }`,
  'a fault that fires a million times': `scenario: x\n${TREE}\nfaults: [{ kill: 101, times: 1000000 }]`,
  'the call with the number 10^12': `scenario: x\n${TREE}\nfaults: [{ fail: kmalloc, call: 1000000000000 }]`,
  'memory of a terabyte': `scenario: x\ntree: { pid: 100, memory: 1000000000 }\ncriu: {}`,
  'a trillion saved tasks': `scenario: x\n${TREE}\nimage: { nr-tasks: 1000000000000 }`,
  'a trillion bytes of pids': `scenario: x\n${TREE}\nimage: { pids-bytes: 1000000000000 }`,
  'aliases of aliases':
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\nscenario: [*d,*d]',
};

describe('a small file with a huge demand', () => {
  for (const [name, text] of Object.entries(DEMANDS)) {
    it(`is refused: ${name}`, () => {
      assert.ok(text.length <= 200);
      const { cases, diagnostics } = parseScenarios(text, 'small.yaml', KNOWN_NAMES);
      assert.equal(cases.length, 0);
      assert.ok(diagnostics.some(({ severity, line }) => severity === 'error' && line >= 1));
    });
  }

  it('is refused as the scenario of a replay file, too', () => {
    const text =
      'version: 1\nproperty: no-task-left-waiting\nmessage: x\nprotocol: series\nscenario: { scenario: x, tree: { generate: { shape: star, tasks: 10000000 } } }\nschedule: ["100: call x99999999999999"]\n';
    assert.equal(typeof parseReplay(text, 'small.replay.yaml'), 'string');
  });
});

describe('the files of a run share the memory', () => {
  const large = (i: number): string => `scenario: Large ${i}\ntree: { generate: { shape: star, tasks: 10000 } }\n`;
  const many = (i: number): string =>
    `scenario: Many ${i}\n${TREE}\nmatrix: { a: [${Array.from({ length: 500 }, (_, n) => n + 200)}] }\nimage: { pids: [100, 101, "\${{ matrix.a }}"] }\n`;

  for (const [name, file] of Object.entries({ trees: large, cases: many })) {
    it(`each alone loads, 24 together do not: ${name}`, () => {
      const limit = 12 * 2 ** 20;
      for (let i = 0; i < 24; i++) {
        const { diagnostics } = parseScenarios(file(i), 'alone.yaml', {
          ...KNOWN_NAMES,
          budget: new LoadBudget(limit),
        });
        assert.deepEqual(diagnostics, []);
      }
      const budget = new LoadBudget(limit);
      const loaded = Array.from({ length: 24 }, (_, i) =>
        parseScenarios(file(i), `${i}.yaml`, { ...KNOWN_NAMES, budget }),
      );
      const failed = loaded.filter(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'error'));
      assert.ok(failed.length > 0 && failed.length < 24, `${failed.length} of 24`);
      for (const { diagnostics, cases } of failed) {
        assert.equal(cases.length, 0);
        assert.ok(diagnostics[0]!.hint, 'says what to do');
      }
    });
  }
});
