/** Page servers and lazy-pages daemons beside real dumps and restores: what they carry arrives, and what happens to them shows. */
import assert from 'node:assert/strict';
import { refusal } from '../../../src/backends/criu/refuse.ts';
import { judge } from '../../../src/properties/index.ts';
import type { CriuRecord } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { useCriu } from './programs.ts';

const TREE = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101, threads: [103], memory: 64 }] }\n';
/** It stays after every restore. */
const SOCKET = '/run/mktrouble/lazy-pages.socket';

function parse(words: string) {
  const { cases, diagnostics } = parseScenarios(`${TREE}criu: { ${words} }\n`, 'a.yaml');
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

it('A lazy-pages daemon is refused where no process can answer page faults', () => {
  const able = { pidMax: 32_768, canLimitPids: true, canInject: true };
  assert.match(refusal(parse('lazy-pages: true'), { ...able, hasUserfaults: false }) ?? '', /userfaultfd/);
  assert.equal(refusal(parse('lazy-pages: true'), { ...able, hasUserfaults: true }), undefined);
  assert.equal(refusal(parse('page-server: true'), { ...able, hasUserfaults: false }), undefined);
});

describe('A page server beside a dump', function () {
  this.timeout(60_000);
  const backend = useCriu();

  async function play(words: string): Promise<{ record: CriuRecord; violated: string[] }> {
    const c = parse(words);
    const record = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
    return { record: record.criu!, violated: judge(c, record).map(({ property }) => property) };
  }

  it('gets the memory of the tree, in every round, and ends with the dump', async () => {
    const { record, violated } = await play('page-server: true, rounds: [dump, restore, dump, restore]');
    assert.deepEqual(violated, []);
    for (const { dump, restore } of [...record.earlier!, record]) {
      assert.deepEqual(dump.server, { name: 'page-server', end: { exit: 0 }, errors: [] });
      assert.equal(restore!.exit, 0);
    }
  });

  it('fails the dump when the connection is cut, or the server killed, and the tree runs on', async () => {
    for (const [fault, end] of [
      ['cut', { exit: 1 }],
      ['kill', { signal: 9 }],
    ] as const) {
      const { record, violated } = await play(`page-server: { fault: ${fault}, after: 4096 }`);
      assert.deepEqual(violated, [], fault);
      assert.equal(record.dump.exit, 1);
      assert.equal(record.dump.server!.hit, fault);
      assert.deepEqual(record.dump.server!.end, end);
      assert.deepEqual(record.afterDump.silent, []);
      assert.equal(record.restore, undefined);
    }
  });

  it('that is hit by nothing shows as a fault that never fired', async () => {
    const { record, violated } = await play('page-server: { fault: cut, after: 1000000000 }');
    assert.equal(record.dump.server!.hit, undefined);
    assert.deepEqual(violated, []);
  });

  it('holds the dump while it is stopped, which is no hang of CRIU', async () => {
    const { record, violated } = await play('page-server: { fault: stop, after: 24 }, limit: 1000');
    assert.equal(record.dump.timedOut, 1000);
    assert.equal(record.dump.server!.hit, 'stop');
    assert.ok(!violated.includes('criu-ends-in-time'));
  });

  describe('and a lazy-pages daemon beside a restore', () => {
    before(function () {
      const reason = backend().refuses(parse('lazy-pages: true'), 'series');
      if (reason === undefined) return;
      console.log(`      skipped: ${reason}`);
      this.skip();
    });

    it('gives the tree its memory, and leaves its socket', async () => {
      const { record, violated } = await play('lazy-pages: true, page-server: true');
      assert.deepEqual(record.restore!.server, { name: 'lazy-pages', end: { exit: 0 }, errors: [] });
      assert.deepEqual(violated, ['restore-leaves-nothing-behind']);
      assert.deepEqual(record.surroundings!.restore, [{ kind: 'files', added: [SOCKET], removed: [] }]);
    });

    it('that ends early shows in the memory of the tree, and in its own end', async () => {
      const { record, violated } = await play('lazy-pages: { fault: delay, after: post-restore }');
      assert.equal(record.restore!.exit, 0);
      assert.deepEqual(record.restore!.server!.end, { exit: 1 });
      assert.ok(violated.includes('server-ends-with-call'));
      assert.ok(violated.includes('restored-tree-matches-dump'));
    });

    it('that is killed before it has the tree fails the restore, which works once more', async () => {
      const { record, violated } = await play('lazy-pages: { fault: kill, after: pre-restore }');
      assert.equal(record.restore!.exit, 1);
      assert.equal(record.again!.exit, 0);
      assert.deepEqual(record.again!.server!.end, { exit: 0 });
      assert.deepEqual(violated, ['failed-restore-leaves-nothing-behind']);
    });
  });
});
