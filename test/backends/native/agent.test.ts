import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compilePlugin } from '../../../src/backends/native/compile.ts';
import { native } from '../../../src/backends/native/index.ts';
import { skipWithout } from '../../support/available.ts';
import { expandCase, runOnce, useNative } from './support.ts';

const c = expandCase({ tree: { pid: 100, children: [{ pid: 101 }] }, restart: { protocol: 'hardened' } });

describe('The agent', () => {
  const backend = useNative();

  it('is compiled once by many that need it at the same time', async function () {
    this.timeout(60_000);
    const cache = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
    try {
      // A plug-in goes the same way, and is sooner done.
      const plugin = path.join(import.meta.dirname, 'plugins/barrier.c');
      const programs = await Promise.all([1, 2].map(() => compilePlugin(plugin, cache)));
      assert.equal(new Set(programs).size, 1);
      assert.deepEqual(readdirSync(cache), [path.basename(programs[0]!)]);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });

  it('and a plug-in, are compiled anew when a file that they include is another', async function () {
    this.timeout(60_000);
    const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble a b-'));
    try {
      const [unit, header] = ['plugin.c', 'header.h'].map((name) => path.join(folder, name)) as [string, string];
      writeFileSync(unit, '#include "header.h"\nint x = X;\n');
      const compiled = [];
      for (const value of [1, 2, 1]) {
        writeFileSync(header, `#define X ${value}\n`);
        compiled.push(await compilePlugin(unit, folder));
      }
      assert.notEqual(compiled[0], compiled[1]);
      assert.equal(compiled[0], compiled[2]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is unavailable, with a reason, where there is no compiler', async () => {
    const cache = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
    const { PATH } = process.env;
    const without = native({ cache });
    try {
      process.env['PATH'] = cache;
      const [itself] = await without.capabilities();
      assert.equal(itself?.available, false);
      assert.match(itself!.detail, /no C compiler/);
    } finally {
      process.env['PATH'] = PATH;
      await without.dispose();
      rmSync(cache, { recursive: true });
    }
  });

  it('runs cases at the same time, each in a namespace of its own', async () => {
    const several = native({ agents: 3 });
    try {
      const records = await Promise.all(Array.from({ length: 12 }, () => runOnce(several, c)));
      assert.ok(records.every(({ final }) => final.coordinator.result === 0));
    } finally {
      await several.dispose();
    }
  });

  it('can be used again after it was disposed of', async () => {
    const one = native();
    await runOnce(one, c);
    await one.dispose();
    assert.equal((await runOnce(one, c)).final.coordinator.result, 0);
    await one.dispose();
  });

  it('takes a flag of restart in each of its 32 bits', async () => {
    const unknown = expandCase({ tree: { pid: 100 }, restart: { protocol: 'hardened', flags: [2 ** 31] } });
    assert.equal((await runOnce(backend(), unknown)).final.coordinator.result, -22);
  });

  it('cuts a run that takes more steps than it may', async () => {
    const record = await backend().run({ case: c, protocol: 'hardened', seed: '0', maxSteps: 40 });
    assert.equal(record.end, 'cut');
    assert.equal((await runOnce(backend(), c)).end, 'over', 'and continues with the next');
  });

  for (const [how, options] of [
    ['with ns_last_pid, as older kernels need it', { spawnByLastPid: true }],
    ['with SIGSTOP where there is no freezer', { stopInsteadOfFreeze: true }],
    ['in a user namespace, as an ordinary user does', { userNamespace: true }],
  ] as const) {
    it(`works ${how}`, async function () {
      const other = native(options);
      try {
        await skipWithout(other, this);
        const tree = { pid: 100, threads: [103], children: [{ pid: 101 }, { pid: 102, pgid: 102 }] };
        const some = expandCase({ tree, restart: { protocol: 'hardened', flags: ['frozen'] } });
        const { final, findings, census } = await runOnce(other, some);
        assert.deepEqual(
          Object.values(final.tasks).map(({ end }) => end),
          ['frozen', 'frozen', 'frozen', 'frozen'],
        ); // prettier-ignore
        assert.deepEqual(findings, []);
        assert.deepEqual(
          census
            ?.slice(1)
            .map(({ pid }) => pid)
            .sort(),
          [100, 101, 102, 103],
        ); // prettier-ignore
      } finally {
        await other.dispose();
      }
    });
  }
});
