/** `mktrouble sweep`, and the system calls of the processes that restore tasks. Skipped, with the reason, where CRIU can't run. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ErrorMessages, findFormats } from '../../src/backends/criu/error-messages.ts';
import { type CriuBackend, criu } from '../../src/backends/criu/index.ts';
import { casesOfEvery, parseSystemCalls, type SystemCall } from '../../src/backends/criu/system-calls.ts';
import { FuzzError } from '../../src/cli/fuzz/base.ts';
import { type SweepFlags, sweep } from '../../src/cli/fuzz/sweep.ts';
import type { Case } from '../../src/model/case.ts';
import type { CriuSyscall } from '../../src/model/criu.ts';
import { canEnd, OUTCOMES } from '../../src/model/syscall-outcomes.ts';
import { SYSCALL_NAMES } from '../../src/model/syscalls.ts';
import { judge } from '../../src/properties/index.ts';
import { loadScenarios, parseScenarios } from '../../src/scenario/index.ts';
import { skipWithout } from '../support/available.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const TREE = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101, threads: [103] }, { pid: 104 }] }\n';

function parse(setup: string): Case {
  const { cases, diagnostics } = parseScenarios(`${TREE}criu: { ${setup} }\n`, 'a.yaml');
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

describe('A list of system calls', () => {
  const c = parse('namespace: own');

  it('numbers the calls of each process by name, and leaves out what is no task', () => {
    const text = '0 openat\n0 read\n0 openat\n1 openat\n101 openat\n999 openat\nno line\n';
    const number = (task: number | undefined, call: string, nr: number): SystemCall => ({
      of: 'restore',
      ...(task !== undefined && { task }),
      call,
      number: nr,
    });
    assert.deepEqual(parseSystemCalls(text, 'restore', c), [
      number(undefined, 'openat', 1),
      number(undefined, 'read', 1),
      number(undefined, 'openat', 2),
      number(100, 'openat', 1),
      number(101, 'openat', 1),
    ]);
  });

  it('has only the main process of a dump', () => {
    assert.deepEqual(parseSystemCalls('0 read\n101 read\n', 'dump', c), [{ of: 'dump', call: 'read', number: 1 }]);
  });

  it('of every name can end by a kill, and by an error only where its manual page has it', () => {
    for (const outcome of OUTCOMES) assert.ok(SYSCALL_NAMES.some((call) => canEnd(call, outcome)));
    for (const call of SYSCALL_NAMES) assert.ok(OUTCOMES.some((outcome) => canEnd(call, outcome)));
    assert.deepEqual(
      OUTCOMES.filter((outcome) => canEnd('getpid', outcome)),
      ['SIGKILL'],
    );
    assert.deepEqual(
      OUTCOMES.filter((outcome) => canEnd('read', outcome)),
      ['EINTR', 'short', 'SIGKILL'],
    );
  });
});

describe('Each system call of a name', () => {
  const numbered = (call: string, number: number, task?: number): SystemCall => ({
    of: 'restore',
    ...(task !== undefined && { task }),
    call,
    number,
  });
  const all: readonly SystemCall[] = [
    numbered('openat', 1),
    numbered('getpid', 1),
    numbered('openat', 2),
    numbered('openat', 1, 101),
    { of: 'dump', call: 'openat', number: 1 },
  ];
  const meant = (words: string): CriuSyscall[] => {
    const c = parse(`syscalls: { of: restore, every: true, ${words} }`);
    return casesOfEvery(c, c.criu!.syscalls[0]!, all).map(({ criu: setup }) => setup!.syscalls[0]!);
  };

  it('is a case of its own, in the main process and in those that restore tasks', () => {
    assert.deepEqual(meant('call: openat, errno: EMFILE'), [
      { ...numbered('openat', 1), errno: 'EMFILE' },
      { ...numbered('openat', 2), errno: 'EMFILE' },
      { ...numbered('openat', 1, 101), errno: 'EMFILE' },
    ]);
    assert.equal(meant('call: openat, task: 101, errno: EMFILE').length, 1);
  });

  it('of all names is one that can end so', () => {
    assert.ok(!meant('call: all, errno: ENOMEM').some(({ call }) => call === 'getpid'));
    assert.ok(meant('call: all, signal: SIGKILL').some(({ call }) => call === 'getpid'));
  });

  it('ends in each of several outcomes, and of all names in those that it can have', () => {
    assert.deepEqual(meant('outcomes: [ENOMEM, EINTR, SIGKILL], task: 101'), [
      { ...numbered('openat', 1, 101), errno: 'ENOMEM' },
      { ...numbered('openat', 1, 101), errno: 'EINTR' },
      { ...numbered('openat', 1, 101), signal: 'SIGKILL' },
    ]);
    assert.deepEqual(
      meant('outcomes: [EMFILE, short]').map(({ call, short }) => [call, short]),
      Array(3).fill(['openat', undefined]),
    );
  });

  it('is an error of the case where there is none', () => {
    assert.throws(() => meant('call: clone3, errno: ENOMEM'), /no system call clone3/);
  });
});

describe('The error messages of a program', () => {
  const program = Buffer.from(
    "xx\0Error (%s:%d): Can't open %s on procfs\n\0Error (%s:%d): %s\n\0Error (%s:%d): Fork failed\0Warn (%s:%d): no\0",
  );

  it('are the formats that are in it', () => {
    assert.deepEqual(findFormats(program), ["Can't open %s on procfs", '%s', 'Fork failed']);
  });

  it('are reached by errors that match them, each by the most literal one', () => {
    const messages = new ErrorMessages(findFormats(program));
    messages.add("cr-dump.c:489: Can't open 100/auxv on procfs");
    messages.add("cr-dump.c:489: Can't open 101/auxv on procfs");
    assert.deepEqual([messages.places, messages.reached, messages.total], [1, 1, 3]);
    messages.add('cr-restore.c:7: Fork failed');
    assert.deepEqual([messages.places, messages.reached, messages.total], [2, 2, 3]);
  });
});

describe('A system call of a scenario', () => {
  const wrong = (call: string) =>
    parseScenarios(`${TREE}criu: { syscalls: { ${call} } }\n`, 'a.yaml').diagnostics.map(({ line }) => line);
  for (const call of [
    'of: dump, task: 101, call: read, errno: EINTR',
    'of: restore, task: 101, after: post-restore, call: read, errno: EINTR',
    'of: restore, call: openat, short: true',
    'of: restore, call: read, short: true, errno: EINTR',
    'of: restore, call: read',
    'of: restore, call: read, every: true, number: 2, errno: EINTR',
  ])
    it(`cannot be { ${call} }`, () => assert.deepEqual(wrong(call), [3]));
});

describe('System calls of CRIU', function () {
  this.timeout(120_000);
  let backend: CriuBackend;
  let folder: Folder;
  before(async function () {
    folder = temporaryFolder({ 'a.yaml': `${TREE}criu: {}\n` });
    backend = criu();
    await skipWithout(backend, this, 'criu system calls that fail');
  });
  after(async () => {
    await backend.dispose();
    folder.remove();
  });

  async function play(setup: string) {
    const c = parse(setup);
    const record = await backend.run({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
    return { criu: record.criu!, fired: record.fired!, violated: judge(c, record).map(({ property }) => property) };
  }

  for (const namespace of ['host', 'own']) {
    it(`are listed for the main process and each task (namespace ${namespace})`, async () => {
      const calls = await backend.systemCalls(parse(`namespace: ${namespace}`));
      const of = (task: number | undefined) => calls.filter((one) => one.of === 'restore' && one.task === task);
      for (const task of [undefined, 100, 101, 104]) assert.ok(of(task).length > 20, `task ${task}`);
      assert.equal(of(103).length, 0, 'a thread is no process');
      assert.ok(calls.some((one) => one.of === 'dump' && one.call === 'ptrace'));
    });

    it(`of a task that fail are errors of the restore (namespace ${namespace})`, async () => {
      const { criu: seen, fired } = await play(
        `namespace: ${namespace}, syscalls: { of: restore, task: 101, call: openat, errno: ENOMEM }`,
      );
      assert.deepEqual(fired, ['criu.syscalls.0']);
      assert.notEqual(seen.restore!.exit, 0);
      assert.equal(seen.restore!.injected![0]!.call, 'openat');
      assert.equal(seen.again!.exit, 0);
    });

    it(`can be watched without a change of anything (namespace ${namespace})`, async () => {
      const { criu: seen, violated } = await play(
        `namespace: ${namespace}, syscalls: { of: restore, task: 104, call: openat, number: 1000000, errno: ENOMEM, optional: true }`,
      );
      assert.equal(seen.restore!.exit, 0);
      assert.deepEqual(violated, []);
    });
  }

  it('that are short do half of their bytes', async () => {
    const { fired, criu: seen } = await play('syscalls: { of: restore, task: 100, call: read, short: true }');
    assert.deepEqual(fired, ['criu.syscalls.0']);
    assert.equal(seen.restore!.injected![0]!.call, 'read');
  });

  const start = (over: Partial<SweepFlags> & { readonly file?: string }) =>
    sweep({
      file: path.join(folder.path, 'a.yaml'),
      outcomes: OUTCOMES,
      parallel: 2,
      out: path.join(folder.path, 'found'),
      signal: new AbortController().signal,
      ...over,
    });

  it('are swept: each run is one of them, and what is found is a scenario that loads', async () => {
    const { result, stdout } = await capture(() => start({ of: 'restore', outcomes: ['SIGKILL'], count: 12 }));
    assert.equal(result.runs, 12);
    assert.ok(result.met > 8, `${result.met} met`);
    assert.ok(result.total > 300, `${result.total} calls`);
    assert.match(stdout, new RegExp(`${result.met} of ${result.total} `));
    const files = result.findings === 0 ? [] : readdirSync(path.join(folder.path, 'found'));
    assert.equal(files.length, result.findings);
    const { diagnostics } = loadScenarios(files.map((file) => path.join(folder.path, 'found', file)));
    assert.deepEqual(diagnostics, []);
  });

  it('of a file that has no scenario, or of no kind that there is, cannot be swept', async () => {
    await assert.rejects(() => start({ file: path.join(folder.path, 'missing.yaml') }), FuzzError);
  });
});
