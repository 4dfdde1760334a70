/** System calls of CRIU that fail: counted from CRIU's own start, named in the report, and never green when CRIU did not run. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type CriuBackend, type CriuOptions, criu } from '../../../src/backends/criu/index.ts';
import { type Criu, locateCriu } from '../../../src/backends/criu/locate.ts';
import { runCase } from '../../../src/injector/index.ts';
import type { Case } from '../../../src/model/case.ts';
import type { CriuRun } from '../../../src/record/criu.ts';
import { skipWhereNone } from '../../support/available.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { parseCriu, wrapCriu } from './programs.ts';

describe('System calls of CRIU', function () {
  this.timeout(60_000);
  let folder: Folder;
  let located: Criu;
  const opened: CriuBackend[] = [];

  before(async function () {
    folder = temporaryFolder();
    await skipWhereNone(criu, this);
    located = (await locateCriu()) as Criu;
  });
  after(async () => {
    for (const backend of opened) await backend.dispose();
    folder.remove();
  });

  function open(options: CriuOptions = {}): CriuBackend {
    const backend = criu(options);
    opened.push(backend);
    return backend;
  }

  const wrap = (name: string, before: string): string => wrapCriu(located, path.join(folder.path, name), before);
  const parseCase = (syscalls: string): Case => parseCriu(`syscalls: ${syscalls}`);

  async function dump(backend: CriuBackend, syscalls: string): Promise<CriuRun> {
    const record = await backend.run({ case: parseCase(syscalls), protocol: 'series', seed: '0', maxSteps: 1 });
    return record.criu!.dump;
  }

  it('are the same with a wrapper script around CRIU and without one', async () => {
    const wrapper = open({
      criu: wrap('wrapper', 'for i in 1 2 3; do test -e /etc/passwd && cat /etc/passwd > /dev/null; done'),
    });
    for (const syscalls of [
      '{ of: dump, call: openat, number: 4, errno: ENOMEM }',
      '{ of: dump, call: all, number: 20, signal: SIGKILL }',
    ]) {
      const [bare, wrapped] = [await dump(open(), syscalls), await dump(wrapper, syscalls)];
      assert.equal(bare.injected?.length, 1);
      const which = (run: CriuRun) => run.injected?.map(({ call, path }) => [call, path]);
      assert.deepEqual(which(wrapped), which(bare));
      assert.deepEqual(wrapped.errors, bare.errors);
      assert.deepEqual([wrapped.exit, wrapped.signal], [bare.exit, bare.signal]);
    }
  });

  it('are counted from a stage where the scenario says so', async () => {
    const last = await dump(open(), '{ of: dump, call: openat, after: post-dump, errno: ENOMEM }');
    assert.deepEqual(
      last.injected?.map(({ path }) => path),
      ['stats-dump'],
    );
    const run = await dump(open(), '{ of: dump, call: ptrace, after: pre-dump, errno: EPERM }');
    assert.deepEqual(
      run.injected?.map(({ call, index }) => [call, index]),
      [['ptrace', 0]],
    );
    assert.notEqual(run.exit, 0);
  });

  it('that kill CRIU, as each of `every` does, are no crash of CRIU', async () => {
    const c = parseCase('{ of: dump, call: prctl, every: true, outcomes: [SIGKILL] }');
    const { violations, record, tried } = await runCase(c, { backend: open() });
    assert.ok(tried.schedules > 0);
    assert.equal(record?.criu?.dump.injected?.length, 1);
    assert.ok(!violations.some(({ property }) => property === 'criu-never-crashes'), JSON.stringify(violations));
  });

  it('that are never made do not count as hit, however large their number', async () => {
    const { exit, injected } = await dump(open(), '{ of: dump, call: openat, number: 70000, errno: ENOMEM }');
    assert.deepEqual([exit, injected], [0, []]);
  });

  it('may be as many as a scenario can have', async () => {
    const many = Array.from(
      { length: 1000 },
      (_, i) => `{ of: dump, call: openat, number: ${i + 1000}, errno: ENOMEM }`,
    );
    assert.equal((await dump(open(), `[${many.join(', ')}]`)).exit, 0);
  });

  it('of a program that is started in the place of CRIU, and fails, are an error with its words', async () => {
    const broken = open({
      criu: wrap('broken', 'case "$*" in *dump*) echo "no such option: dump" >&2; exit 1 ;; esac'),
    });
    for (const syscalls of [
      '{ of: restore, call: openat, errno: ENOMEM }',
      '{ of: dump, call: openat, errno: ENOMEM }',
    ]) {
      const { status, reason } = await runCase(parseCase(syscalls), { backend: broken });
      assert.equal(status, 'error');
      assert.match(String(reason), /no such option: dump/);
    }
  });

  it('of a CRIU that the dynamic loader cannot start are an error with its words', async () => {
    const c = parseCriu('dump-limits: { files: 3 }');
    const { status, reason } = await runCase(c, { backend: open() });
    assert.equal(status, 'error');
    assert.match(String(reason), /did not run/);
  });
});
