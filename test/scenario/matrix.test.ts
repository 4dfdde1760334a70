// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { load } from './support.ts';

const TREE = 'scenario: x\ntree: { pid: 100, children: [{ pid: 101 }] }\n';

describe('the matrix', () => {
  it('makes a case for each combination, the last key changing fastest', () => {
    const cases = load(`${TREE}matrix: { a: [1, 2], b: [x, y, z] }\nwhy: "\${{ matrix.a }}\${{ matrix.b }}"`);
    assert.deepEqual(
      cases.map(({ why }) => why),
      ['1x', '1y', '1z', '2x', '2y', '2z'],
    );
    assert.deepEqual(cases[5]!.matrix, { a: 2, b: 'z' });
    assert.equal(cases[5]!.id, 'x.yaml#x [a=2, b=z]');
    assert.equal(cases[5]!.title, 'x [a=2, b=z]');
    assert.equal(cases[5]!.scenario, 'x');
  });

  it('keeps the type of a value that stands alone, and makes text of one in a text', () => {
    const cases = load(`${TREE}
matrix: { pid: [101, coordinator], debug: [true, false] }
restart: { debug: "\${{ matrix.debug }}" }
faults: [{ kill: "\${{matrix.pid}}", name: "kill-\${{ matrix.debug }}" }]`);
    assert.deepEqual(
      cases.map(({ restart, faults }) => [restart.debug, faults[0]!.targets, faults[0]!.name]),
      [
        [true, [101], 'kill-true'],
        [false, [101], 'kill-false'],
        [true, ['coordinator'], 'kill-true'],
        [false, ['coordinator'], 'kill-false'],
      ],
    );
  });

  it('may stand for any value, wherever it is', () => {
    const [c] = load(`
scenario: "case \${{ matrix.n }} of \${{ matrix.word }}"
why: "\${{ matrix.word }}"
tags: [a, "\${{ matrix.word }}"]
tree: { generate: { shape: "\${{ matrix.shape }}", tasks: "\${{ matrix.n }}" } }
matrix: { n: [6], word: [some], shape: [chain], yes: [true], signal: [SIGHUP], ok: [ok], flag: [frozen] }
image: { pids: [100, "\${{ matrix.n }}"], nr-tasks: "\${{ matrix.n }}", retval: { 100: "\${{ matrix.n }}" }, truncate: { object: task, index: 1 } }
restart: { flags: ["\${{ matrix.flag }}", "\${{ matrix.n }}"], debug: "\${{ matrix.yes }}" }
faults: [{ signal: "\${{ matrix.signal }}", to: coordinator, when: { task: 101, at: done }, times: "\${{ matrix.n }}" }]
explore: { strategy: random, seed: "s\${{ matrix.n }}" }
expect: { coordinator: ["\${{ matrix.ok }}"], violates: ["\${{ matrix.word }}-\${{ matrix.n }}"] }
`);
    assert.equal(c!.scenario, 'case 6 of some');
    assert.deepEqual(c!.tags, ['a', 'some']);
    assert.deepEqual(
      c!.tasks.map(({ parent }) => parent),
      ['coordinator', 100, 101, 102, 103, 104],
    );
    assert.deepEqual([c!.image.pids, c!.image.nrTasks, c!.image.records[0]!.retval], [[100, 6], 6, 6]);
    assert.deepEqual([c!.restart.flags, c!.restart.debug], [6, true]);
    assert.deepEqual([c!.faults[0]!.signal, c!.faults[0]!.times], ['SIGHUP', 6]);
    assert.equal(c!.explore!.seed, 's6');
    assert.deepEqual([c!.expect.coordinator, c!.expect.violates], [['ok'], ['some-6']]);
  });

  it('makes names that distinguish a number from a text', () => {
    const cases = load(`${TREE}matrix: { a: [1, "1", "", "a b", "a,b=c]", true, "true", -1.5] }`);
    assert.equal(new Set(cases.map(({ id }) => id)).size, 8);
    assert.deepEqual(
      cases.slice(0, 4).map(({ title }) => title),
      ['x [a=1]', 'x [a="1"]', 'x [a=""]', 'x [a="a b"]'],
    );
  });

  it('lets cases share what does not differ', () => {
    const cases = load(`${TREE}matrix: { n: [1, 2, 3] }\nimage: { nr-tasks: "\${{ matrix.n }}" }`);
    assert.ok(
      cases.every(
        ({ tasks, expect, positions }) =>
          tasks === cases[0]!.tasks && expect === cases[0]!.expect && positions === cases[0]!.positions,
      ),
    );
    assert.ok(cases[0]!.image !== cases[1]!.image);
  });

  it('has expressions in documents that share a part by an alias', () => {
    const cases = load(
      `${TREE}matrix: { n: [101, 100] }\nfaults:\n  - kill: &target "\${{ matrix.n }}"\n  - stop: *target\n`,
    );
    assert.deepEqual(
      cases.map(({ faults }) => faults.map(({ targets }) => targets[0])),
      [
        [101, 101],
        [100, 100],
      ],
    );
  });

  it('loads ten thousand cases', function () {
    this.timeout(30_000);
    const hundred = Array.from({ length: 100 }, (_, i) => i).join();
    const begin = process.cpuUsage();
    const cases = load(`${TREE}
matrix: { a: [${hundred}], b: [${hundred}] }
image: { pids: [100, "\${{ matrix.a }}", "\${{ matrix.b }}"] }
faults: [{ signal: SIGUSR1, to: 101, times: 2 }]
expect: { coordinator: ESRCH, tasks: { all: killed } }`);
    const { user, system } = process.cpuUsage(begin);
    assert.equal(cases.length, 10_000);
    assert.equal(new Set(cases.map(({ id }) => id)).size, 10_000);
    assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms of CPU time`);
  });
});
