/** TCP connections of a tree to a process outside of it: what that process sees of a dump and a restore. */
import assert from 'node:assert/strict';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import { judge } from '../../../src/properties/index.ts';
import type { CriuRecord } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

const ESTABLISHED = 'options: { tcp-established: true, network-lock: skip }';

describe('A TCP connection of a tree', function () {
  this.timeout(60_000);
  let backend: CriuBackend;
  before(async function () {
    // 4.1.1 cannot dump a TCP socket on newer kernels.
    backend = criu({ criu: '4.2.1' });
    await skipWithout(backend, this);
  });
  after(() => backend?.dispose());

  async function play(words: string): Promise<{ record: CriuRecord; violated: string[] }> {
    const tree =
      'tree: { pid: 100, resources: [tcp-connection], children: [{ pid: 101, resources: [tcp-connection] }] }';
    const { cases, diagnostics } = parseScenarios(`scenario: A\n${tree}\ncriu: { ${words} }\n`, 'a.yaml');
    assert.deepEqual(diagnostics, []);
    const record = await backend.run({ case: cases[0]!, protocol: 'series', seed: '0', maxSteps: 1000 });
    return { record: record.criu!, violated: judge(cases[0]!, record).map(({ property }) => property) };
  }

  it('goes on after a restore, round after round', async () => {
    const { record, violated } = await play(`${ESTABLISHED}, rounds: [dump, restore, dump, restore]`);
    assert.deepEqual(violated, []);
    const [first] = record.earlier!;
    for (const { connections } of [first!, record])
      for (const [i, { bytes, end }] of connections!.after.entries()) {
        assert.ok(bytes > connections!.before[i]!.bytes);
        assert.equal(end, undefined);
      }
    assert.equal(record.connections!.after.length, 2);
  });

  it('goes on after a dump that fails', async () => {
    const { record, violated } = await play(`${ESTABLISHED}, script-fails: post-dump`);
    assert.notEqual(record.dump.exit, 0);
    assert.deepEqual(violated, []);
  });

  for (const stage of ['before-dump', 'pre-dump', 'post-dump', 'before-restore', 'post-restore'] as const) {
    it(`goes on after its other end was stopped at ${stage}`, async () => {
      const { record, violated } = await play(`${ESTABLISHED}, peer: { fault: stop, after: ${stage} }`);
      assert.deepEqual([record.peer, record.restore?.exit, violated], ['stop', 0, []]);
      for (const [i, { bytes }] of record.connections!.after.entries())
        assert.ok(bytes > record.connections!.before[i]!.bytes);
    });

    for (const fault of ['close', 'reset', 'kill'] as const)
      it(`ends where its other end is hit at ${stage} (${fault}), and the tree is restored`, async () => {
        const { record, violated } = await play(`${ESTABLISHED}, peer: { fault: ${fault}, after: ${stage} }`);
        assert.deepEqual([record.peer, record.restore?.exit, violated], [fault, 0, []]);
        const { before, after } = record.connections!;
        assert.deepEqual(
          after.map(({ bytes, end }) => [bytes, end]),
          before.map(({ bytes }) => [bytes, fault === 'reset' ? 'reset' : 'closed']),
        );
        assert.equal(after.length, 2);
      });
  }

  it('that is restored closed carries nothing, which shows', async () => {
    const { record, violated } = await play('options: { tcp-close: true, network-lock: skip }');
    assert.equal(record.restore!.exit, 0);
    assert.ok(violated.includes('connection-sees-a-pause'));
  });
});
