/** The state of the processes of a container, read from outside, and what a restore loses of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Backend } from '../../../src/backends/index.ts';
import { treeScript } from '../../../src/backends/oci/bundle.ts';
import { readProcesses } from '../../../src/backends/oci/processes.ts';
import { openBackend } from '../../../src/injector/backends.ts';
import { runCase } from '../../../src/injector/index.ts';
import type { Case } from '../../../src/model/case.ts';
import { RUNTIME_SETTING_NAMES } from '../../../src/model/runtime.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { retryForLock } from '../../support/podman-lock.ts';
import { HERE } from './here.ts';

/** Of these CRIU restores none. */
const LOST = ['core-dump-filter', 'personality', 'timer-slack'];
/** With it there is no checkpoint. */
const REFUSED = 'posix-queue';

function parseCase(runtime: string, more = ''): Case {
  const text = `scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nruntime: ${runtime}\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml');
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

describe('the processes of a container', function () {
  this.timeout(120_000);

  it('get what the scenario gives them, each before it answers', () => {
    const script = treeScript(parseCase('{ name: runc, settings: [nice, deleted-file] }'));
    assert.match(script, /^serve\(\) \{/);
    assert.match(
      script,
      /> \/mk\/\$1\.pid\n {2}\/bin\/busybox renice [^\n]*\n[^\n]*rm \/mk\/deleted[^\n]*\n {2}mkfifo/,
    );
    assert.match(treeScript(parseCase('{ name: runc, settings: personality }')), /^\[ "\$changed" \].*exec .*linux32/);
    assert.doesNotMatch(treeScript(parseCase('{ name: runc }')), /renice|linux32/);
  });

  it('are called as in the scenario, and are at rest when they are read', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'processes-'));
    const child = spawn('sh', ['-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ready; read line'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    try {
      mkdirSync(path.join(folder, 'rootfs/mk'), { recursive: true });
      writeFileSync(path.join(folder, 'rootfs/mk/100.pid'), `${child.pid}\n`);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const named = { name: 'one', label: 'one', pids: [100], sharesPids: true };
      const init = { pid: child.pid!, name: 'sh', state: 'S', words: [], inner: child.pid!, parent: process.pid };
      const other = { ...init, pid: process.pid, inner: process.pid };
      const { tasks } = await readProcesses(HERE, folder, named, init, [init, other]);
      assert.deepEqual(
        tasks.map(({ pid, state, threads }) => [pid, state, threads.map(({ tid }) => tid)]),
        [[100, 'S', [100]]],
      );
      const { facts, heldFacts } = tasks[0]!;
      assert.equal(facts!['working folder'], process.cwd());
      assert.equal(facts!.cgroup, 'that of the init');
      assert.match(heldFacts!['open file 0'] ?? '', /^(pipe|socket) 1/);
      assert.ok(Object.keys(heldFacts!).some((name) => name.startsWith('contents ')));
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  for (const name of ['runc', 'crun', 'podman'])
    describe(`of ${name}`, function () {
      retryForLock(this, name);
      let backend: Backend;
      before(async function () {
        backend = await openBackend('oci');
        await skipWithout(backend, this);
        const why = backend.refuses(parseCase(`{ name: ${name} }`), 'series');
        if (why === undefined) return;
        console.log(`      skipped: ${why}`);
        this.skip();
      });
      after(() => backend.dispose());

      it('have after a restore what they had, but for what CRIU does not restore', async () => {
        const settings = RUNTIME_SETTING_NAMES.filter((one) => one !== 'affinity' && one !== REFUSED);
        const { violations, record } = await runCase(
          parseCase(`{ name: ${name}, settings: [${settings}] }`, 'expect: { coordinator: ok }'),
          { backend },
        );
        assert.deepEqual(
          [...new Set(violations.map(({ property }) => property))],
          ['restored-container-matches-checkpoint'],
        );
        const [saved, restored] = record!.runtime!.runs;
        const changed = restored!.after.census!.tasks.flatMap((task) => {
          const then = saved!.before.census!.tasks.find(({ pid }) => pid === task.pid)!;
          return Object.keys(task.facts!).filter((fact) => task.facts![fact] !== then.facts![fact]);
        });
        const lost = [...new Set(changed)].filter((fact) => !/clock|namespace time/.test(fact));
        assert.deepEqual(
          lost.sort(),
          LOST.map((one) => one.replaceAll('-', ' ')),
        );
      });

      it('have all of it after a call that leaves them, and after one that fails', async () => {
        const rounds = 'rounds: [leave-running, pause, resume, checkpoint], faults: { criu: fails, of: checkpoint }';
        const { violations, record, reason } = await runCase(
          parseCase(`{ name: ${name}, ${rounds}, settings: [${LOST}] }`),
          { backend },
        );
        const ofProcesses = violations.filter(({ property }) => !/first-error/.test(property));
        assert.deepEqual([ofProcesses, reason], [[], undefined]);
        for (const { before, after } of record!.runtime!.runs)
          assert.equal(after.census?.tasks.length, before.census?.tasks.length);
      });
    });

  it('of runsc are in no /proc of the host, and a case that gives them something is skipped', async function () {
    const backend = await openBackend('oci');
    await skipWithout(backend, this);
    const found = (await backend.capabilities()).find(({ name }) => name === 'runsc');
    if (!found?.available) return this.skip();
    assert.match(found.detail ?? '', /state of its processes is not compared/);
    assert.match(
      backend.refuses(parseCase('{ name: runsc, settings: nice }'), 'series') ?? '',
      /no \/proc of the host/,
    );
    await backend.dispose();
  });
});
