/** The CRIU backend: cases that it refuses, how it reads a log, and a tree that is really dumped and restored. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { criu } from '../../../src/backends/criu/index.ts';
import { locateCriu } from '../../../src/backends/criu/locate.ts';
import { readErrors } from '../../../src/backends/criu/log.ts';
import { refusal } from '../../../src/backends/criu/refuse.ts';
import { runCase } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { useCriu } from './programs.ts';

function parseCase(text: string): Case {
  const { cases, diagnostics } = parseScenarios(`scenario: A\n${text}`, 'a.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

const ABLE = { pidMax: 32_768, canLimitPids: true, canInject: true };

describe('the CRIU backend', function () {
  this.timeout(60_000);

  it('refuses, with a reason, features that do not exist in CRIU', () => {
    const refused = [
      'tree: { pid: 100 }',
      'tree: { pid: 100, children: [{ pid: 101, ghost: true }] }\ncriu: {}',
      'tree: { pid: 100 }\nrestart: { flags: [frozen] }\ncriu: {}',
      'tree: { pid: 100 }\nfaults: [{ kill: 100 }]\nrestart: { backends: [criu, native] }\ncriu: {}',
      'tree: { pid: 100 }\nfaults: [{ wake: 100, when: { criu: pre-dump } }]\nrestart: { backends: [criu, native] }\ncriu: {}',
      'tree: { pid: 2 }\ncriu: {}',
    ];
    for (const text of refused) assert.ok(refusal(parseCase(text), ABLE), text);
    assert.equal(refusal(parseCase('tree: { pid: 100 }\ncriu: {}'), ABLE), undefined);
  });

  it('refuses what this machine cannot do', () => {
    const limited = parseCase('tree: { pid: 100 }\ncriu: { restore-limits: { pids: 3 } }');
    assert.ok(refusal(limited, { ...ABLE, canLimitPids: false }));
    const traced = parseCase('tree: { pid: 100 }\ncriu: { syscalls: { of: dump, call: read, errno: EIO } }');
    assert.ok(refusal(traced, { ...ABLE, canInject: false }));
    const faulty = parseCase('tree: { pid: 100 }\ncriu: { fault-point: { of: dump, number: 2 } }');
    assert.equal(refusal(faulty, ABLE), undefined);
    assert.ok(refusal(faulty, { ...ABLE, breakpointsFire: false }));
  });

  it('keeps the errors of a log, each once, without their times', () => {
    const log = `(00.045796) Error (criu/util.c:1533): rlimit: Can't setup RLIMIT_NOFILE for self: no
(00.046792) Warn  (compel/src/lib/infect.c:133): Unable
(00.1)    101: Error (criu/cr-restore.c:9): no
(00.2) Error (criu/cr-restore.c:9): no
(00.3) Error (compel/src/lib/infect.c:4): yes`;
    assert.deepEqual(readErrors(log), ['cr-restore.c:9: no', 'src/lib/infect.c:4: yes']);
  });

  describe('with a CRIU that works here', () => {
    const backend = useCriu();

    const tree =
      'tree: { pid: 100, children: [{ pid: 101, threads: [103], pending: [SIGUSR1] }, { pid: 102, state: zombie, exit-code: 7 }] }';

    it('brings a tree back, in both kinds of namespaces', async () => {
      for (const namespace of ['host', 'own']) {
        const c = parseCase(
          `${tree}\ncriu: { namespace: ${namespace} }\nexpect: { coordinator: ok, tasks: { 102: zombie } }`,
        );
        const { status, violations, reason } = await runCase(c, { backend: backend() });
        assert.equal(status, 'pass', JSON.stringify([violations, reason]));
      }
    });

    it('reports known defects and wrong expectations', async () => {
      const zombie = 'tree: { pid: 100, children: [{ pid: 101, state: zombie, exit-code: 130 }] }\ncriu: {}';
      const { status, violations } = await runCase(parseCase(`${zombie}\nexpect: { coordinator: failed }`), {
        backend: backend(),
      });
      assert.equal(status, 'fail');
      assert.deepEqual(violations.map(({ property }) => property).sort(), [
        'expectation',
        'restored-tree-matches-dump',
      ]);
    });

    it('reaches each stage, and fails there when a fault asks for it', async () => {
      const c = parseCase(
        `${tree}\ncriu: { script-fails: post-restore }\nexpect: { coordinator: failed, tasks: { all: killed } }`,
      );
      const { criu: seen } = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
      assert.deepEqual(seen?.stages, ['pre-dump', 'post-dump', 'pre-restore', 'post-restore']);
      assert.equal((await runCase(c, { backend: backend() })).status, 'pass');
    });

    it('keeps logs and images of a case that fails, and reports how long each call took', async () => {
      const folder = temporaryFolder();
      try {
        const c = parseCase(
          `tree: { pid: 100, resources: [posix-queue], children: [{ pid: 101 }] }\ncriu: { script-fails: post-restore }\nexpect: { coordinator: ok }`,
        );
        const { status, kept, record } = await runCase(c, { backend: backend(), keep: folder.path });
        assert.equal(status, 'fail');
        for (const file of ['dump.log', 'restore.log', 'again.log', 'images/pstree.img', 'images/core-101.img'])
          assert.ok(statSync(path.join(kept!, file)).size > 0, file);
        assert.deepEqual(
          readErrors(readFileSync(path.join(kept!, 'restore.log'), 'utf8')),
          record?.criu?.restore?.errors,
        );
        for (const run of [record?.criu?.dump, record?.criu?.restore]) assert.ok((run?.duration ?? 0) > 0);
      } finally {
        folder.remove();
      }
    });

    it('names the CRIU that it runs, and how to run the same one again', async () => {
      const [itself] = await backend().capabilities();
      const { name, version, path: file, setting } = itself!.tool!;
      assert.equal(name, 'CRIU');
      assert.ok(existsSync(file), file);
      const again = await locateCriu({ ...process.env, [setting[0]]: setting[1] });
      assert.ok(typeof again !== 'string', String(again));
      assert.deepEqual([again.version, again.path], [version, file]);
    });

    it('changes images by a seed, and reports the change: the same in another run', async () => {
      const c = parseCase(`${tree}\ncriu: { limit: 2000, images: { mutate: fs, seed: 3, changes: 2 } }`);
      const play = () => backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
      const [one, other] = [await play(), await play()];
      assert.equal(one.criu?.edits?.length, 2);
      assert.deepEqual(one.criu?.edits, other.criu?.edits);
    });

    it('dumps a tree twice to nearly the same images', async () => {
      const c = parseCase(`${tree}\ncriu: {}`);
      const [one, other] = [await backend().images(c), await backend().images(c)];
      assert.deepEqual([...one.keys()], [...other.keys()]);
      const differ = [...one.keys()].filter((file) => Buffer.compare(one.get(file)!, other.get(file)!) !== 0);
      const may = /^(inventory|timens|memfd|core|pages|pstree)/;
      assert.deepEqual(
        differ.filter((file) => !may.test(file)),
        [],
      );
    });

    it('plays several cases at once', async () => {
      const c = parseCase(`${tree}\ncriu: {}\nexpect: { coordinator: ok }`);
      const verdicts = await Promise.all(Array.from({ length: 4 }, () => runCase(c, { backend: backend() })));
      assert.deepEqual(
        verdicts.map(({ status }) => status),
        ['pass', 'pass', 'pass', 'pass'],
      );
    });

    it('works in a user namespace too', async function () {
      const ordinary = criu({ userNamespace: true });
      await skipWithout(ordinary, this);
      const c = parseCase(`${tree}\ncriu: {}\nexpect: { coordinator: ok }`);
      const { status, violations, reason } = await runCase(c, { backend: ordinary });
      await ordinary.dispose();
      assert.equal(status, 'pass', JSON.stringify([violations, reason]));
    });

    it('runs a program of the user’s', async () => {
      const c = parseCase(
        'tree: { pid: 100 }\nsubject: { command: [sh, -c, "sleep 50 & sleep 50"] }\nexpect: { coordinator: ok }',
      );
      const { criu: seen } = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
      assert.equal(seen?.before.tasks.length, 3);
      assert.deepEqual(
        seen?.afterRestore?.tasks.map(({ pid }) => pid),
        seen?.before.tasks.map(({ pid }) => pid),
      );
    });
  });
});
