/** The backend of container runtimes: what it refuses, and real containers, where runc and CRIU are unpacked. */
import assert from 'node:assert/strict';
import type { Backend } from '../../../src/backends/index.ts';
import { toResources, treeScript } from '../../../src/backends/oci/bundle.ts';
import { listAdded, listThings } from '../../../src/backends/oci/census.ts';
import { limitFiles } from '../../../src/backends/oci/cgroups.ts';
import { DRIVERS } from '../../../src/backends/oci/drivers/index.ts';
import { buildRecord } from '../../../src/backends/oci/record.ts';
import { whyNoUserNamespace } from '../../../src/backends/oci/rootless.ts';
import { Sandbox } from '../../../src/backends/oci/sandbox.ts';
import { criuScript, quote } from '../../../src/backends/oci/scripts.ts';
import { openBackend, toCreateOptions } from '../../../src/injector/backends.ts';
import { runCase } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { retryForLock } from '../../support/podman-lock.ts';
import { ownCgroups } from './own-cgroups.ts';

function parseCase(runtime: string, more = ''): Case {
  const text = `scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nruntime: ${runtime}\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

describe('the backend of container runtimes', function () {
  this.timeout(120_000);

  it('quotes every word of a command', () => assert.equal(quote("it's"), "'it'\\''s'"));

  it('puts CRIU on the PATH with the faults of its starts', () => {
    const script = criuScript(['/criu/ld.so', '/criu/criu'], ['/other'], 'export A=1');
    for (const part of ["criu=('/criu/ld.so' '/criu/criu')", 'export A=1', 'strace -D'])
      assert.ok(script.includes(part));
  });

  it('writes limits in the words of the specification', () => {
    assert.deepEqual(toResources({ memory: 4_194_304, pids: 5, cpu: 150 }), {
      memory: { limit: 4_194_304 },
      pids: { limit: 5 },
      cpu: { quota: 150_000, period: 100_000 },
    });
    assert.deepEqual(toResources({}), {});
  });

  it('knows the file of each limit, in cgroup v1 and v2', () => {
    assert.deepEqual(limitFiles('memory', 4096, true), { 'memory.limit_in_bytes': '4096' });
    assert.deepEqual(limitFiles('memory', 4096, false), { 'memory.max': '4096' });
    for (const isV1 of [true, false]) assert.deepEqual(limitFiles('pids', 5, isV1), { 'pids.max': '5' });
    assert.deepEqual(limitFiles('cpu', 150, true), { 'cpu.cfs_quota_us': '150000', 'cpu.cfs_period_us': '100000' });
    assert.deepEqual(limitFiles('cpu', 150, false), { 'cpu.max': '150000 100000' });
  });

  it('says which setting of the kernel leaves users without user namespaces', () => {
    assert.match(whyNoUserNamespace({ '/proc/sys/kernel/ostype': 'Linux' }) ?? '', /ostype is Linux/);
    assert.equal(whyNoUserNamespace({ '/proc/sys/kernel/ostype': '0', '/dev/null/none': '1' }), undefined);
  });

  it('has its tree read a file of each mount before it answers', () => {
    const script = treeScript(parseCase('{ name: runc, mounts: [{ tmpfs: /scratch }, { bind: /data }] }'));
    assert.match(script, /echo kept > \/scratch\/kept\n/);
    assert.doesNotMatch(script, /> \/data/);
    assert.match(script, /for file in \/scratch\/kept \/data\/kept;/);
    assert.doesNotMatch(treeScript(parseCase('{ name: runc }')), /check_mounts/);
  });

  it('has its tree look for the interface of its network before it answers', () => {
    assert.match(treeScript(parseCase('{ name: runc, network: bridge }')), /case \$line in eth0:\*\)/);
    assert.doesNotMatch(treeScript(parseCase('{ name: runc, network: own }')), /check_interface/);
  });

  it('takes the first call that fails before anything was hit for the result', () => {
    const c = parseCase('{ name: runc, rounds: [leave-running, checkpoint, restore] }');
    const container = { name: 'one', isThere: false, isFrozen: false, processes: 0, answers: {}, isAsked: false };
    const seen = { container: 'one', message: '', duration: 1, criuStarts: 2, criuErrors: [], added: [] };
    const plan = { case: c, protocol: 'series', seed: 1, faults: [] } as unknown as Parameters<typeof buildRecord>[0];
    const end = (...exits: readonly (readonly [number, ...string[]])[]) => {
      const runs = exits.map(([exit, ...hits], i) => {
        return { ...seen, call: c.runtime!.rounds[i]!, exit, hits, before: container, after: container };
      });
      const runtime = {
        runtime: 'runc',
        version: '1',
        runs,
        bystander: { before: container, after: container },
        left: [],
      };
      return buildRecord(plan, { runtime: runtime as never, fired: [], own: [] }).final.coordinator;
    };
    const ok = { end: 'returned', result: 0 };
    assert.deepEqual(end([0], [0], [0]), ok);
    assert.deepEqual(end([1], [0], [0]), { end: 'returned', failed: true });
    assert.deepEqual(end([1, 'criu'], [0], [0]), ok);
    assert.deepEqual(end([0, 'criu'], [1], [0]), ok);
  });

  let backend: Backend;
  const run = (c: Case) => runCase(c, { backend });
  const violated = (verdict: Awaited<ReturnType<typeof runCase>>) =>
    verdict.violations.map(({ property }) => property).sort();

  function skipRefused(c: Case, context: Mocha.Context): void {
    const why = backend.refuses(c, 'series');
    if (why === undefined) return;
    console.log(`      skipped: ${why}`);
    context.skip();
  }

  /** Opens the backend; the tests are skipped where it has no such runtime. */
  async function openFor(name: string, context: Mocha.Context): Promise<void> {
    backend = await openBackend('oci');
    await skipWithout(backend, context);
    const found = (await backend.capabilities()).find((one) => one.name === name);
    if (found?.available) return;
    console.log(`      skipped: ${name}: ${found?.detail}`);
    context.skip();
  }

  describe('where runc works', () => {
    before(function () {
      return openFor('runc', this);
    });
    after(() => backend.dispose());

    it('refuses, with a reason, what it cannot do', () => {
      const refused = [
        parseCase('{ name: runc, version: "<0.1" }'),
        parseCase('{ name: runc, rounds: [leave-running, restore-renamed] }'),
        parseCase('{ name: runc }', 'faults: [{ kill: 100 }]'),
        parseCase('{ name: runc, rootless: true, pid: shared }'),
        parseCase('{ name: runc, pid: shared, faults: { kill: init, of: restore, call: openat } }'),
        parseCase('{ name: runc, images: kept }'),
        parseCase('{ name: runc, faults: { kill: monitor, of: restore } }'),
      ];
      for (const c of refused) assert.ok(backend.refuses(c, c.restart.protocol), JSON.stringify(c.runtime));
      assert.equal(backend.refuses(parseCase('{ name: runc }'), 'series'), undefined);
    });

    it('restores a container under another name, with the memory of its tasks', async () => {
      const c = parseCase(
        '{ name: runc, rounds: [checkpoint, restore-renamed, exec] }',
        'expect: { coordinator: ok, tasks: { all: resumed } }',
      );
      const { status, violations, record, reason } = await run(c);
      assert.deepEqual([status, violations, reason], ['pass', [], undefined]);
      const [saved, restored] = record!.runtime!.runs;
      assert.deepEqual(saved!.before.answers[101], { asked: 2, memory: 'memory-of-101' });
      assert.equal(restored!.container, 'two');
      assert.deepEqual(restored!.after.answers[101], { asked: 3, memory: 'memory-of-101' });
    });

    it('restores the interface of a container in a network that it is given', async function () {
      const c = parseCase('{ name: runc, network: bridge }', 'expect: { coordinator: ok, tasks: { all: resumed } }');
      skipRefused(c, this);
      const { status, violations, reason, record } = await run(c);
      assert.deepEqual([status, violations, reason], ['pass', [], undefined]);
      assert.equal(record!.runtime!.runs.at(-1)!.after.answers[101]?.memory, 'memory-of-101');
    });

    it('restores the mounts of a container, which its init reads before each answer', async () => {
      const words = 'mounts: [{ tmpfs: /scratch }, { bind: /data, read-only: true }]';
      const { status, violations, reason } = await run(
        parseCase(`{ name: runc, ${words} }`, 'expect: { coordinator: ok, tasks: { all: resumed } }'),
      );
      assert.deepEqual([status, violations, reason], ['pass', [], undefined]);
    });

    it('takes the pid of the init of a container that shares the pids of its surroundings', async () => {
      const faults = 'pid: shared, faults: { pid: taken, of: restore }';
      const { record } = await run(parseCase(`{ name: runc, ${faults} }`, 'expect: { coordinator: failed }'));
      const restore = record!.runtime!.runs.at(-1)!;
      assert.deepEqual([record!.fired, restore.exit, restore.hits], [['runtime.faults.0'], 1, ['pid']]);
      assert.match(restore.criuErrors.join('\n'), /File exists/);
    });

    it('reports CRIU that is missing as a failed checkpoint of a container that runs on', async () => {
      const c = parseCase(
        '{ name: runc, rounds: [checkpoint], faults: { criu: missing, of: checkpoint } }',
        'expect: { coordinator: failed, tasks: { all: untouched } }',
      );
      const { status, violations, record } = await run(c);
      assert.deepEqual([status, violations], ['pass', []]);
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
    });

    it('finds what a runtime leaves that was killed in a restore', async () => {
      const c = parseCase('{ name: runc, faults: { kill: runtime, of: restore, call: openat, number: 30 } }');
      const verdict = await run(c);
      assert.equal(verdict.record!.runtime!.runs[1]!.signal, 9);
      assert.ok(violated(verdict).includes('failed-container-restore-leaves-nothing'), verdict.reason);
    });

    it('kills the init of a restore as soon as it is there, and reports the restore as failed', async () => {
      const c = parseCase('{ name: runc, faults: { kill: init, of: restore, call: openat } }');
      const { record } = await run(c);
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
      const [, restored] = record!.runtime!.runs;
      assert.deepEqual(restored!.hits, ['init']);
      assert.notEqual(restored!.exit, 0);
      assert.equal(restored!.after.isThere, false);
    });

    for (const stage of ['setup-namespaces', 'post-setup-namespaces', 'post-restore'])
      it(`stops CRIU at ${stage}, and lets it go on at each write before and after`, async () => {
        const faults = `faults: { stop: criu, of: restore, stage: ${stage} }`;
        const { record } = await run(parseCase(`{ name: runc, limit: 3000, ${faults} }`));
        const [, restored] = record!.runtime!.runs;
        assert.deepEqual([record!.fired, restored!.hits], [['runtime.faults.0'], ['criu']]);
        assert.equal(restored!.timedOut, 3000);
      });

    it('kills the runtime before a system call of its own', async () => {
      const fault = '{ kill: runtime, counted-in: runtime, of: checkpoint, call: openat, number: 5 }';
      const { record } = await run(parseCase(`{ name: runc, rounds: [checkpoint], faults: ${fault} }`));
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
      assert.equal(record!.runtime!.runs[0]!.signal, 9);
    });

    it('lets a system call of the runtime itself fail, which leaves it as it is', async () => {
      const fault = '{ fail: runtime, of: checkpoint, call: openat, number: 1, errno: ENFILE }';
      const { record } = await run(parseCase(`{ name: runc, rounds: [checkpoint], faults: ${fault} }`));
      const [checkpoint] = record!.runtime!.runs;
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
      assert.deepEqual(checkpoint!.hits, ['runtime-call']);
    });

    it('kills the runtime at a stage of a checkpoint', async () => {
      const c = parseCase(
        '{ name: runc, rounds: [checkpoint], faults: { kill: runtime, of: checkpoint, stage: post-dump } }',
      );
      const { record } = await run(c);
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
      assert.equal(record!.runtime!.runs[0]!.signal, 9);
    });

    it('refuses to kill the init of a restore before there is one', () => {
      const c = parseCase('{ name: runc, faults: { kill: init, of: restore } }');
      assert.match(
        backend.refuses(c, 'series') ?? '',
        /before a restore there is no init: name a stage, or a system call/,
      );
    });

    it('reads the limits of a container back after its restore, and leaves no cgroup of it', async function () {
      const limits = { memory: 67_108_864, pids: 50, cpu: 50 };
      const c = parseCase(`{ name: runc, limits: ${JSON.stringify(limits)} }`, 'expect: { coordinator: ok }');
      skipRefused(c, this);
      const { status, violations, record } = await run(c);
      assert.deepEqual([status, violations], ['pass', []]);
      const { before } = record!.runtime!.runs[0]!;
      const { after } = record!.runtime!.runs[1]!;
      assert.ok(before.limits!.length >= 3, JSON.stringify(before.limits));
      assert.ok(before.limits!.every(({ asked, value }) => value === asked));
      assert.deepEqual(after.limits, before.limits);
      assert.deepEqual(ownCgroups(), []);
    });

    it('starts a container of a user, which CRIU does not save without capabilities, and which runs on', async function () {
      skipRefused(parseCase('{ name: runc, rootless: true }'), this);
      const rounds = 'rounds: [leave-running], network: own, rootless: true';
      const save = async (more: string) => {
        const c = parseCase(`{ name: runc, ${rounds}${more} }`);
        const { record } = await run(c);
        const [saved] = record!.runtime!.runs;
        assert.equal(saved!.after.answers[101]?.asked, 3);
        return saved!;
      };
      const none = await save('');
      assert.deepEqual([none.exit, none.criuStarts], [1, 2]);
      assert.match(none.message, /untested with rootless containers/);
      const one = await save(', capabilities: CAP_CHECKPOINT_RESTORE');
      assert.match(one.criuErrors.join('\n'), /Operation not permitted/);
      const all = ['CHECKPOINT_RESTORE', 'SYS_ADMIN', 'SETGID', 'SYS_PTRACE'].map((name) => `CAP_${name}`);
      assert.equal((await save(`, capabilities: [${all}]`)).exit, 0);
    });

    it('leaves no cgroup, in any hierarchy', async () => {
      await run(parseCase('{ name: runc, faults: { kill: runtime, of: restore } }'));
      assert.deepEqual(ownCgroups(), []);
    });
  });

  describe('where podman works', function () {
    retryForLock(this);
    before(function () {
      return openFor('podman', this);
    });
    after(() => backend.dispose());

    it('refuses, with a reason, what it cannot do with images that it keeps', () => {
      const reason = (words: string) =>
        backend.refuses(parseCase(`{ name: podman, images: kept, ${words} }`), 'series');
      assert.match(reason('rounds: [checkpoint, restore-renamed]') ?? '', /under its name: images must be exported/);
      assert.match(reason('rounds: [leave-running, delete, restore]') ?? '', /deleted with the container/);
      assert.match(reason('faults: { name: taken, of: restore }') ?? '', /has its name/);
      assert.equal(reason('rounds: [checkpoint, restore, delete]'), undefined);
    });

    it('restores a container of an archive under another name, with the memory of its tasks and its mounts', async () => {
      const words = 'mounts: [{ tmpfs: /scratch }, { bind: /data, read-only: true }]';
      const { status, violations, record, reason } = await run(
        parseCase(
          `{ name: podman, rounds: [checkpoint, restore-renamed], ${words} }`,
          'expect: { coordinator: ok, tasks: { all: resumed } }',
        ),
      );
      assert.deepEqual([status, violations, reason], ['pass', [], undefined]);
      const { version, runs } = record!.runtime!;
      assert.match(version, /^[\d.]+ with crun [\d.]+$/);
      assert.equal(runs[1]!.container, 'two');
      assert.deepEqual(runs[1]!.after.answers[101], { asked: 3, memory: 'memory-of-101' });
    });

    for (const images of ['exported', 'kept'])
      it(`damages a file of images that are ${images}, and has the errors of CRIU below podman`, async () => {
        const faults = 'faults: { image: core-1.img, damage: truncated, of: restore }';
        const { record } = await run(parseCase(`{ name: podman, images: ${images}, ${faults} }`));
        const restore = record!.runtime!.runs.at(-1)!;
        assert.deepEqual([restore.exit, restore.hits], [125, ['image']]);
        assert.match(restore.criuErrors.join('\n'), /core-1\.img/);
        assert.match(restore.added.join(), /cgroup of a container/);
      });

    it('sees a network namespace, an interface, a firewall rule and locks that stay', async () => {
      const driver = DRIVERS.podman!;
      const [unpacked] = await toCreateOptions({}).findUnpacked('podman');
      const sandbox = await Sandbox.start({ tree: unpacked!.folder });
      try {
        const before = await listThings(sandbox, driver);
        const rule = 'INPUT -s 10.1.1.1/32 -j DROP';
        await sandbox.script(`ip netns add lost
ip link add lost0 type bridge
iptables -A ${rule}
mkdir -p /run/libpod/locks /run/lock
touch /run/libpod/locks/7 /run/lock/netavark.lock`);
        const added = await listAdded(sandbox, driver, before, 0);
        for (const one of ['file /run/netns/lost', 'network device lost0', `firewall rule -A ${rule}`])
          assert.ok(added.includes(one), `${one}: ${added}`);
        for (const lock of ['/run/libpod/locks/7', '/run/lock/netavark.lock'])
          assert.ok(added.includes(`file ${lock}`));
      } finally {
        await sandbox.stop();
      }
    });

    it('finds the network namespace, the interface and the lock of a restore in which podman was killed', async function () {
      const c = parseCase('{ name: podman, network: bridge, faults: { kill: runtime, of: restore } }');
      skipRefused(c, this);
      const verdict = await run(c);
      const { added } = verdict.record!.runtime!.runs.at(-1)!;
      for (const one of [/\/run\/netns\/netns-<id>/, /network device veth/, /\/run\/libpod\/locks/])
        assert.match(added.join(), one);
      assert.ok(violated(verdict).includes('failed-container-restore-leaves-nothing'));
    });

    it('damages the archive itself, and says which files there are', async () => {
      const faults = 'faults: { image: checkpoint.tar, damage: missing, of: restore }';
      const { record } = await run(parseCase(`{ name: podman, ${faults} }`, 'expect: { coordinator: failed }'));
      assert.match(record!.runtime!.runs.at(-1)!.message, /checkpoint\.tar: no such file/);
      const { status, reason } = await run(
        parseCase('{ name: podman, faults: { image: none.img, damage: empty, of: restore } }'),
      );
      assert.equal(status, 'error');
      assert.match(reason ?? '', /no file none\.img; they have .*core-1\.img/);
    });

    it('kills the monitor of the container while it is restored', async () => {
      const c = parseCase('{ name: podman, faults: { kill: monitor, of: restore } }');
      const { record } = await run(c);
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
      assert.deepEqual(record!.runtime!.runs.at(-1)!.hits, ['monitor']);
    });

    it('has a system call fail of the CRIU that dumps, below podman', async () => {
      const c = parseCase(
        '{ name: podman, rounds: [leave-running], faults: { fail: criu, of: leave-running, call: ptrace, number: 2 } }',
        'expect: { coordinator: failed, tasks: { all: untouched } }',
      );
      const verdict = await run(c);
      assert.deepEqual(verdict.record!.fired, ['runtime.faults.0']);
      assert.deepEqual(violated(verdict), ['runtime-names-first-error']);
    });
  });
});
