/** Rounds on real trees: what an earlier round leaves is what the next one dumps. */
import assert from 'node:assert/strict';
import { criuWords } from '../../../src/backends/criu/command-line.ts';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import type { Criu } from '../../../src/backends/criu/locate.ts';
import { judge } from '../../../src/properties/index.ts';
import type { CriuRecord } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';

const TREE = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101, memory: 64 }] }\n';
const ONE = 'scenario: A\ntree: { pid: 100 }\n';

function parse(text: string) {
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml');
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

describe('Rounds of a dump and a restore by CRIU', function () {
  this.timeout(60_000);
  let backend: CriuBackend;
  before(async function () {
    backend = criu({ allowCommands: true });
    const [itself] = await backend.capabilities();
    if (itself!.available) return;
    console.log(`      skipped: ${itself!.detail}`);
    await backend.dispose();
    this.skip();
  });
  after(() => backend.dispose());

  async function play(text: string): Promise<{ record: CriuRecord; violated: string[] }> {
    const c = parse(text);
    const record = await backend.run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
    return { record: record.criu!, violated: judge(c, record).map(({ property }) => property) };
  }

  for (const namespace of ['host', 'own']) {
    it(`dump what the round before has restored (namespace ${namespace})`, async () => {
      const { record, violated } = await play(
        `${TREE}criu: { rounds: [dump, restore, dump, restore, restore], namespace: ${namespace} }\n`,
      );
      assert.deepEqual(violated, []);
      assert.deepEqual(
        [...record.earlier!, record].map(({ dump, restore, sameImages }) => [dump.exit, restore!.exit, sameImages]),
        [
          [0, 0, undefined],
          [0, 0, undefined],
          [0, 0, true],
        ],
      );
    });
  }

  it('fire faults in the last round only', async () => {
    const { record } = await play(
      `${TREE}faults: [{ kill: coordinator, when: { criu: pre-restore } }]\ncriu: { rounds: [dump, restore, dump, restore] }\nexpect: { coordinator: killed }\n`,
    );
    assert.equal(record.earlier!.length, 1);
    assert.equal(record.earlier![0]!.restore!.exit, 0);
    assert.deepEqual(record.earlier![0]!.hits, []);
    assert.equal(record.restore!.signal, 9);
  });

  it('dump a tree once more whose dump was killed, and not one that the scenario has hit, or that is gone', async () => {
    const KILLED = 'faults: [{ kill: coordinator, when: { criu: pre-dump } }]\nexpect: { coordinator: killed }\n';
    const { record, violated } = await play(`${TREE}criu: {}\n${KILLED}`);
    assert.deepEqual([record.dump.signal, record.dumpAgain?.exit], [9, 0]);
    assert.deepEqual(violated, []);
    const hit = await play(`${TREE}criu: {}\n${KILLED.replace('[', '[{ stop: 101, when: { criu: before-dump } }, ')}`);
    assert.deepEqual([hit.record.dump.signal, hit.record.dumpAgain], [9, undefined]);
    const last = await play(
      `${TREE}criu: { syscalls: { of: dump, call: openat, after: post-dump, signal: SIGKILL } }\n`,
    );
    assert.deepEqual([last.record.dump.signal, last.record.dumpAgain], [9, undefined]);
  });

  it('end with the round that leaves nothing to dump, and judge that', async () => {
    const { record, violated } = await play(
      `${ONE}subject: { command: [setpriv, --pdeathsig, TERM, sleep, "100"] }\ncriu: { rounds: [dump, restore, dump, restore] }\n`,
    );
    assert.equal(record.earlier, undefined);
    assert.equal(record.subject!.end!.signal, 15);
    assert.ok(violated.includes('restored-program-runs'));
  });

  it('go on after a pre-dump, and leave the tree as it was', async () => {
    const { record, violated } = await play(`${TREE}criu: { rounds: [pre-dump, pre-dump, dump, restore] }\n`);
    assert.equal(record.preDumps!.length, 2);
    assert.deepEqual(
      violated.filter((name) => name !== 'criu-never-crashes'),
      [],
    );
    assert.equal(record.restore!.exit, 0);
  });

  it('give a call the images of the pre-dump before it', () => {
    const c = parse(
      `${TREE}criu: { rounds: [pre-dump, dump, restore], dump-options: { leave-running: true, track-mem: true } }\n`,
    );
    const given = (of: 'pre-dump' | 'dump') =>
      criuWords(c, of, 'log', {
        criu: {} as Criu,
        program: 'agent',
        hooks: false,
        unprivileged: false,
        breakpointsFire: true,
        plain: true,
        root: 100,
        images: '/images',
        parent: 'images-pre-dump-1',
      });
    for (const of of ['pre-dump', 'dump'] as const) {
      const words = given(of);
      assert.deepEqual(words.slice(words.indexOf('--prev-images-dir')).slice(0, 2), [
        '--prev-images-dir',
        '../images-pre-dump-1',
      ]);
      assert.ok(words.includes('--track-mem'));
      assert.equal(words.includes('--leave-running'), of === 'dump');
    }
  });
});
