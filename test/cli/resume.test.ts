/** A run that was killed or interrupted goes on with what is left, and ends as if nothing had happened. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble, PROGRAM, type RunningProgram, start } from '../support/program.ts';

const scenario = (name: string, coordinator = 'ok', more = '') => `scenario: ${name}
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
expect: { coordinator: ${coordinator} }
${more}`;
/** It ends by a signal only. */
const endless = (name: string) => scenario(name, 'ok', 'explore: { strategy: random, schedules: 1000000000 }\n');

const FILES = {
  'a.yaml': `${scenario('First')}---\n${scenario('Second', 'EBUSY')}---\n${scenario('Skipped', 'ok', 'skip: later\n')}`,
  'b.yaml': scenario('Third'),
};

interface Report {
  readonly cases: {
    readonly id: string;
    readonly result: string;
    readonly violations: object[];
    readonly record?: object;
  }[];
  readonly summary: Readonly<Record<string, unknown>>;
}

describe('mktrouble run --resume', function () {
  this.timeout(120_000);
  this.slow(10_000);
  let folder: Folder;
  let running: RunningProgram | undefined;
  beforeEach(() => {
    folder = temporaryFolder({ ...FILES, 'c.yaml': endless('Fourth') });
  });
  afterEach(() => {
    running?.process.kill('SIGKILL');
    folder.remove();
  });

  const at = (name: string) => path.join(folder.path, name);
  const journal = () => at('.mktrouble/unfinished-run.jsonl');
  const run = (...args: string[]) => mktrouble(['run', '.', ...args], { cwd: folder.path });

  /** The number of results in the journal. */
  const countEnded = () => (existsSync(journal()) ? readFileSync(journal(), 'utf8').split('\n').length - 2 : 0);

  /** Ends a run by a signal when so many of its cases have ended; the case that runs without end has an end after it. */
  async function interrupt(signal: NodeJS.Signals, ended: number, ...args: string[]): Promise<string> {
    running = start(process.execPath, [...PROGRAM, 'run', '.', ...args], { cwd: folder.path });
    const { process: child } = running;
    while (countEnded() < ended && child.exitCode === null) await sleep(50);
    child.kill(signal);
    const { stderr } = await running.ended;
    writeFileSync(at('c.yaml'), scenario('Fourth'));
    return stderr;
  }

  function readReport(name: string): Report {
    const { cases, summary } = JSON.parse(readFileSync(at(name), 'utf8')) as Report;
    const { duration: _, ...counts } = summary;
    return {
      cases: cases
        .map(({ id, result, violations, record }) => ({ id, result, violations, ...(record && { record }) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      summary: counts,
    };
  }

  for (const [signal, args] of [
    ['SIGKILL', ['--parallel', '1']],
    ['SIGKILL', ['--parallel', '2']],
    ['SIGINT', ['--parallel', '1']],
  ] as const) {
    it(`ends as a run that was never interrupted: ${signal}, ${args.join(' ')}`, async () => {
      const said = await interrupt(signal, 4, ...args, '--reporter', 'json=cut.json');
      if (signal === 'SIGINT') assert.match(said, /--resume/);
      const resumed = await run(
        ...args,
        '--resume',
        '--reporter',
        'json=resumed.json',
        '--reporter',
        'junit=resumed.xml',
      );
      assert.match(resumed.stderr, /4 of 5 cases had ended/);
      assert.equal(existsSync(journal()), false, 'a run that is complete leaves no journal');
      const whole = await run(...args, '--reporter', 'json=whole.json');
      assert.deepEqual([whole.code, resumed.code], [EXIT.finding, EXIT.finding]);
      assert.deepEqual(readReport('resumed.json'), readReport('whole.json'));
      const junit = readFileSync(at('resumed.xml'), 'utf8');
      for (const title of ['First', 'Second', 'Skipped', 'Third', 'Fourth']) assert.match(junit, new RegExp(title));
      const { stdout } = await mktrouble(['history', '--json'], { cwd: folder.path });
      assert.equal(JSON.parse(stdout.trim().split('\n')[signal === 'SIGINT' ? 1 : 0]!).passed, 3);
    });
  }

  it('runs a case again that was edited since, and one of which the journal has a part only', async () => {
    await interrupt('SIGKILL', 4, '--parallel', '1', '--reporter', 'json=cut.json');
    writeFileSync(at('b.yaml'), scenario('Third', 'EBUSY'));
    appendFileSync(journal(), '{"key":"c.yaml#Fourth on simulated","digest":"');
    const { code, stderr } = await run('--parallel', '1', '--resume', '--reporter', 'json=resumed.json');
    assert.match(stderr, /3 of 5 cases had ended/);
    assert.equal(code, EXIT.finding);
    assert.equal(readReport('resumed.json').summary['failed'], 2);
  });

  it('has nothing left to run when all cases had ended', async () => {
    await interrupt('SIGKILL', 4, '--parallel', '1', '--reporter', 'json=cut.json');
    writeFileSync(at('c.yaml'), '# nothing\n');
    const files = ['run', 'a.yaml', 'b.yaml', '--parallel', '1', '--resume', '--reporter', 'json=resumed.json'];
    const { code } = await mktrouble(files, { cwd: folder.path });
    assert.equal(code, EXIT.finding);
    assert.equal(readReport('resumed.json').summary['cases'], 4);
  });

  it('refuses to mix runs with other options, and says how the other was called', async () => {
    await interrupt('SIGKILL', 1, '--parallel', '1', '--seed', '7');
    const { code, stderr } = await run('--parallel', '1', '--resume');
    assert.equal(code, EXIT.input);
    assert.match(stderr, /--seed 7 --resume/);
    assert.equal(existsSync(journal()), true, 'it can still be resumed');
  });

  it('runs all where no run was interrupted', async () => {
    writeFileSync(at('c.yaml'), scenario('Fourth'));
    await run();
    const { code, stderr } = await run('--resume', '--reporter', 'json=all.json');
    assert.match(stderr, /no run was interrupted/);
    assert.equal(code, EXIT.finding);
    assert.equal(readReport('all.json').summary['cases'], 5);
  });

  it('takes a journal that is damaged, or of another kind, for none', async () => {
    writeFileSync(at('c.yaml'), scenario('Fourth'));
    for (const text of ['', '{', '{"version":2}\n', '[]\n[]\n', '\0'.repeat(1000)]) {
      folder.write('.mktrouble/unfinished-run.jsonl', text);
      const { code, stderr } = await run('--resume');
      assert.match(stderr, /no run was interrupted/);
      assert.equal(code, EXIT.finding);
    }
  });
});
