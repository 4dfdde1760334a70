/** Ctrl-C in the middle: the run ends soon and cleanly, and what was done so far is reported. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM, type RunningProgram, start } from '../support/program.ts';

const scenario = (name: string, coordinator: string, more = '') => `scenario: ${name}
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
restart: { protocol: hardened }
expect: { coordinator: ${coordinator} }
${more}`;

/** Resolves when a process has worked for so many seconds more, or has ended. */
async function busyFor(pid: number, seconds: number): Promise<void> {
  const worked = () => {
    const [, after] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = after!.split(' ').slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  };
  const enough = worked() + seconds;
  while (worked() < enough) await setTimeout(50);
}

/** Fills a pipe. */
function fill(pipe: number): void {
  try {
    for (;;) writeSync(pipe, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
  }
}

describe('mktrouble run, interrupted', function () {
  this.timeout(120_000);
  this.slow(10_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  const many = scenario('Many', 'ok', `matrix: { n: [${[...Array(20_000).keys()]}] }\n`);
  const endless = scenario('Endless', 'ok', 'explore: { strategy: random, schedules: 1000000000 }\n');

  const running: RunningProgram[] = [];
  afterEach(() => {
    for (const program of running.splice(0)) program.process.kill('SIGKILL');
  });

  /** Sends a signal when it has begun to report, and sees that it ends as it should. */
  const interrupt = async (
    signal: NodeJS.Signals,
    files: string,
    said: string,
    { args = [], after = 1 }: { args?: readonly string[]; after?: number } = {},
  ) => {
    const inWorkers = args.includes('--parallel');
    // By default the durations of earlier runs decide: what is looked at is to work in this process.
    const serial = inWorkers ? [] : ['--parallel', '1'];
    const report = path.join(folder.path, `${files}.json`);
    const program = start(
      process.execPath,
      [...PROGRAM, 'run', files, '-r', 'spec', '-r', `json=${report}`, ...serial, ...args],
      {
        cwd: folder.path,
      },
    );
    running.push(program);
    await program.says(said);
    // Between two cases would be easy: a second of work later it is in the middle of one.
    if (!inWorkers) await busyFor(program.process.pid!, after);
    program.process.kill(signal);
    const { code, stdout, stderr } = await program.ended;
    assert.equal(code, EXIT.interrupted, stdout.slice(0, 1000) + stderr);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.ok(JSON.parse(readFileSync(report, 'utf8')).cases.length > 0, 'what was done so far is reported');
  };

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} ends a run of many cases`, () => {
      folder.write('many/a.yaml', many);
      return interrupt(signal, 'many', 'Many');
    });
  }

  it('ends a parallel run', () => {
    folder.write('many/a.yaml', many);
    return interrupt('SIGINT', 'many', 'Many', { args: ['--parallel', '2'] });
  });

  for (const [when, coordinator, said] of [
    ['while cases run', 'EPERM', 'Fails'],
    ['once all are done', 'ok', '1 passed'],
  ] as const) {
    it(`ends a run whose report goes to a FIFO that is full, ${when}`, async () => {
      const fifo = path.join(folder.path, `fifo-${coordinator}`);
      assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
      const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
      try {
        fill(reader);
        folder.write(`fifo-${coordinator}.d/a.yaml`, scenario(coordinator === 'ok' ? 'Passes' : 'Fails', coordinator));
        if (coordinator !== 'ok') folder.write(`fifo-${coordinator}.d/b.yaml`, endless);
        const args = ['run', `fifo-${coordinator}.d`, '-r', 'spec', '-r', `json=${fifo}`];
        const program = start(process.execPath, [...PROGRAM, ...args], { cwd: folder.path });
        running.push(program);
        await program.says(said);
        program.process.kill('SIGTERM');
        // A reader is waited for ten seconds; nothing else here takes as long.
        const { code, stderr } = await Promise.race([program.ended, setTimeout(9000, { code: 'late', stderr: '' })]);
        assert.equal(code, EXIT.interrupted, stderr);
      } finally {
        closeSync(reader);
      }
    });
  }

  it('ends a long search', () => {
    folder.write('endless/a.yaml', scenario('Quick', 'ok'));
    folder.write('endless/b.yaml', endless);
    return interrupt('SIGINT', 'endless', 'Quick');
  });

  for (const [phase, coordinator, seconds] of [
    ['searched', 'ok', 1],
    ['judged', 'ok', 5],
    ['shrunk', 'EPERM', 12],
  ] as const) {
    it(`ends a run of 100,000 tasks while it is ${phase}, with reports that leave out its record`, async () => {
      folder.write('large/a.yaml', scenario('Quick', 'ok'));
      const large = scenario('Large', coordinator).replace(
        /tree: .*/,
        'tree: { generate: { shape: star, tasks: 100000 } }',
      );
      folder.write('large/b.yaml', large);
      await interrupt('SIGINT', 'large', 'Quick', { after: seconds });
      const report = readFileSync(path.join(folder.path, 'large.json'), 'utf8');
      assert.ok(report.length < 100_000, `${report.length} characters`);
    });
  }

  it('ends workers in the middle of a long search', async () => {
    folder.write('endless/a.yaml', scenario('Quick', 'ok'));
    folder.write('endless/b.yaml', endless);
    await interrupt('SIGINT', 'endless', 'Quick', { args: ['--parallel', '2'] });
  });
});
