/** CRIU by RPC: what a request and an answer are in bytes, and that a real CRIU understands them. */
import assert from 'node:assert/strict';
import { readMessage, writeMessage } from '../../../src/backends/criu/images/wire.ts';
import { readResponse, writeNotified, writeRequest } from '../../../src/backends/criu/rpc.ts';
import { CRIU_OPTIONS } from '../../../src/model/criu-options.ts';
import { parseSize, RPC_FIELDS } from '../../../src/model/criu-rpc.ts';
import { judge } from '../../../src/properties/index.ts';
import type { CriuRecord } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { useCriu } from './programs.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const CALL = { log: 'log', options: {}, hooks: false, unprivileged: false } as const;

/** The fields of criu_opts in a request, by number: numbers, and texts. */
function optsOf(request: Uint8Array): [number, string][] {
  const opts = readMessage(request)!.find(({ number }) => number === 2)!;
  assert.ok(opts.type === 'bytes');
  return readMessage(opts.bytes)!.map((field) => [
    field.number,
    field.type === 'varint' ? String(field.value) : Buffer.from(field.bytes).toString(),
  ]);
}

describe('A request to CRIU', () => {
  it('has the type of its call, the folders, the log and the pid', () => {
    const request = writeRequest({ ...CALL, of: 'dump', root: 300 });
    // criu_req { type: DUMP, opts: { images_dir_fd: 100, work_dir_fd: 101, log_level: 2, log_file: "log", pid: 300 } }
    assert.equal(hex(request), '0801120f0864880165480252036c6f6710ac02');
    assert.equal(hex(writeRequest({ ...CALL, of: 'restore' })).slice(0, 4), '0802');
    assert.equal(hex(writeRequest({ ...CALL, of: 'pre-dump', root: 1 })).slice(0, 4), '0804');
  });

  it('has each option in its form', () => {
    const options = {
      'leave-running': true,
      'tcp-close': false,
      timeout: 3,
      'ghost-limit': '2K',
      'manage-cgroups': 'soft',
      'network-lock': 'skip',
      external: ['a', 'b'],
      root: '/r',
    };
    const opts = optsOf(writeRequest({ ...CALL, of: 'dump', options }));
    assert.deepEqual(opts.slice(4), [
      [3, '1'],
      [45, '3'],
      [35, '2048'],
      [34, '3'],
      [64, '3'],
      [37, 'a'],
      [37, 'b'],
      [13, '/r'],
    ]);
    const [root] = optsOf(writeRequest({ ...CALL, of: 'dump', options: { 'cgroup-root': ['cpu:/a'] } })).slice(4);
    assert.deepEqual(root, [25, '\n\x03cpu\x12\x02/a']);
  });

  it('has options of CRIU only, each in a field of its own', () => {
    for (const name of Object.keys(RPC_FIELDS)) assert.ok(name in CRIU_OPTIONS, name);
    const numbers = Object.values(RPC_FIELDS).map(({ number }) => number);
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it('has sizes in bytes', () => {
    assert.deepEqual(['7', '1K', '3m', '2G', 'x', ''].map(parseSize), [
      7,
      1024,
      3 << 20,
      2 ** 31,
      undefined,
      undefined,
    ]);
  });
});

describe('An answer of CRIU', () => {
  const text = (number: number, value: string) => ({ number, type: 'bytes', bytes: Buffer.from(value) }) as const;
  const number = (field: number, value: number) => ({ number: field, type: 'varint', value: BigInt(value) }) as const;
  const notify = (stage: string) =>
    writeMessage([number(1, 6), number(2, 1), text(5, `\n${String.fromCharCode(stage.length)}${stage}`)]);

  it('is a stage, or a result with its reason', () => {
    assert.deepEqual(readResponse(notify('post-dump')), { stage: 'post-dump' });
    const failed = writeMessage([number(1, 1), number(2, 0), number(7, 3), text(9, 'no')]);
    assert.deepEqual(readResponse(failed), { result: { success: false, errno: 3, message: 'no' } });
    assert.deepEqual(readResponse(writeMessage([number(1, 2), number(2, 1)])), { result: { success: true } });
    assert.equal(readResponse(Buffer.from('ff', 'hex')), undefined);
    assert.equal(readResponse(new Uint8Array()), undefined);
  });

  it('to a stage is answered', () => {
    assert.equal(hex(writeNotified(true)), '08061801');
    assert.equal(hex(writeNotified(false)), '08061800');
  });
});

describe('A real CRIU by RPC', function () {
  this.timeout(60_000);
  const backend = useCriu();

  async function play(words: string, more = ''): Promise<{ record: CriuRecord; violated: string[] }> {
    const tree = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101, threads: [103], memory: 64 }] }\n';
    const { cases, diagnostics } = parseScenarios(`${tree}criu: { interface: rpc, ${words} }\n${more}`, 'a.yaml');
    assert.deepEqual(diagnostics, []);
    const record = await backend().run({ case: cases[0]!, protocol: 'series', seed: '0', maxSteps: 1000 });
    return { record: record.criu!, violated: judge(cases[0]!, record).map(({ property }) => property) };
  }

  it('dumps and restores a tree, and says so', async () => {
    for (const namespace of ['host', 'own']) {
      const { record, violated } = await play(`namespace: ${namespace}, rounds: [dump, restore, dump, restore]`);
      assert.deepEqual(violated, []);
      for (const { dump, restore } of [...record.earlier!, record])
        assert.deepEqual(
          [dump.exit, dump.responses!.map(({ success }) => success), restore!.exit, restore!.responses![0]!.success],
          [0, [true], 0, true],
        );
    }
  });

  it('reports its stages, at which faults fire and the client may fail', async () => {
    const failing = await play('script-fails: post-restore');
    assert.deepEqual(failing.record.stages.slice(0, 4), ['pre-dump', 'post-dump', 'pre-restore', 'post-restore']);
    assert.deepEqual(failing.violated, []);
    assert.equal(failing.record.restore!.responses![0]!.success, false);
    const killed = await play('', 'faults: [{ kill: coordinator, when: { criu: post-dump } }]\n');
    assert.equal(killed.record.dump.signal, 9);
    assert.deepEqual(killed.record.dump.responses, []);
    assert.deepEqual(killed.violated, []);
  });

  it('has its system calls counted from its own start', async () => {
    const { record } = await play('syscalls: { of: restore, call: clone3, errno: ENOMEM }');
    assert.equal(record.restore!.injected![0]!.call, 'clone3');
    assert.equal(record.restore!.exit, 1);
  });
});
