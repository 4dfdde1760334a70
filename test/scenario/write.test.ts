// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Case } from '../../src/model/case.ts';
import { loadScenarios, parseScenarios, writeScenario } from '../../src/scenario/index.ts';
import { scenario } from './arbitrary.ts';
import { load, one } from './support.ts';

/** What a case says, without where it says so. */
function meaning({ id: _, position: _1, positions: _2, matrix: _3, scenario: _4, ...c }: Case) {
  return { ...c, faults: c.faults.map(({ position: _5, ...fault }) => fault) };
}

function roundTrip(c: Case): string {
  const written = writeScenario(c);
  const again = load(written);
  assert.equal(again.length, 1, written);
  assert.deepEqual(meaning(again[0]!), meaning(c), written);
  return written;
}

describe('a case written as a scenario', () => {
  it('means the same: the examples of the format', () => {
    const folder = fileURLToPath(new URL('examples/', import.meta.url));
    const { cases } = loadScenarios([folder]);
    assert.equal(cases.length, 11);
    for (const c of cases) roundTrip(c);
  });

  it('means the same: any case', function () {
    this.timeout(30_000);
    let loaded = 0;
    fc.assert(
      fc.property(scenario, (document) => {
        const { cases } = parseScenarios(stringify(document), 'x.yaml');
        for (const c of cases) roundTrip(c);
        loaded += cases.length;
      }),
      { numRuns: 300, seed: 1 },
    );
    assert.ok(loaded > 150, `only ${loaded} of 300 documents loaded`);
  });

  it('is short: what is not said is not written', () => {
    assert.equal(roundTrip(one('tree: { pid: 100 }')), 'scenario: x\ntree: { pid: 100 }\n');
    assert.equal(
      roundTrip(
        one(
          'tree: { pid: 100, children: [{ pid: 101 }] }\nrestart: { protocol: series, flags: [] }\nfaults: []\nexpect: {}',
        ),
      ),
      'scenario: x\ntree: { pid: 100, children: [ { pid: 101 } ] }\n',
    );
  });

  it('generates a tree that has a shape', () => {
    for (const shape of ['star', 'chain', 'binary']) {
      const written = roundTrip(one(`tree: { generate: { shape: ${shape}, tasks: 200, first-pid: 7 } }`));
      assert.match(written, new RegExp(`generate: \\{ shape: ${shape}, tasks: 200, first-pid: 7 \\}`));
    }
    assert.doesNotMatch(roundTrip(one('tree: { generate: { shape: star, tasks: 4 } }')), /generate/);
    assert.doesNotMatch(roundTrip(one('tree: { generate: { shape: random, tasks: 40, seed: 3 } }')), /generate/);
  });

  it('has the values of the matrix written out, and the case’s title for a name', () => {
    const [, c] = load(
      'scenario: x\ntree: { pid: 100 }\nmatrix: { n: [0, -7] }\nimage: { pids: [100, "${{ matrix.n }}"] }',
    );
    assert.equal(roundTrip(c!), 'scenario: x [n=-7]\ntree: { pid: 100 }\nimage: { pids: [ 100, -7 ] }\n');
  });

  it('loads after its tree and its image have been made smaller', () => {
    const c = one(`
tree: { pid: 100, children: [{ pid: 101, children: [{ pid: 103 }] }, { pid: 102 }] }
faults: [{ kill: 101 }, { signal: SIGHUP, to: [101, 102], when: { after: kill-1 } }]
expect: { tasks: { all: killed } }`);
    const smaller: Case = {
      ...c,
      tasks: c.tasks.filter(({ pid }) => pid !== 103),
      image: {
        ...c.image,
        pids: [100, 101, 102],
        nrTasks: 3,
        records: [100, 101, 102].map((pid, i) => ({ pid, zombie: false, retval: 1000 + i })),
      },
      expect: {
        ...c.expect,
        tasks: { 100: [{ outcome: 'killed' }], 101: [{ outcome: 'killed' }], 102: [{ outcome: 'killed' }] },
      },
    };
    assert.match(roundTrip(smaller), /tasks: \{ all: killed \}/);
  });
});
