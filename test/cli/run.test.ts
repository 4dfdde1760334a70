import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble, PROGRAM, start } from '../support/program.ts';

const scenario = (name: string, coordinator: string, more = '') => `scenario: ${name}
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
restart: { protocol: hardened }
expect: { coordinator: ${coordinator} }
${more}`;

describe('mktrouble run', function () {
  this.timeout(30_000);
  this.slow(5_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'good/a.yaml': scenario('First', 'ok', 'tags: [quick]\n'),
      'good/b.yaml': `${scenario('Second', 'ok')}---\n${scenario('Third', 'ok')}`,
      'wrong/c.yaml': `${scenario('Wrong', 'EBUSY')}---\n${scenario('Wrong too', 'EBUSY')}`,
      'broken/d.yaml': 'scenario: Broken\ntree: { pid: 0x }\n',
      'throwing.cjs': 'module.exports = class { constructor() { throw new Error("this reporter broke"); } };\n',
    });
  });
  after(() => folder.remove());

  const run = (...args: string[]) => mktrouble(['run', ...args], { cwd: folder.path });
  /** What the json reporter says, case by case, without times. */
  const report = async (...args: string[]) => {
    const ended = await run(...args, '--reporter', 'json=out.json');
    const text = readFileSync(path.join(folder.path, 'out.json'), 'utf8');
    return { ...ended, text };
  };

  it('is green when everything is as expected', async () => {
    const { code, stdout, stderr } = await run('good');
    assert.equal(code, EXIT.ok, stdout + stderr);
    for (const title of ['First', 'Second', 'Third']) assert.match(stdout, new RegExp(title));
  });

  it('a finding is exit code 1', async () => {
    assert.equal((await run('good', 'wrong')).code, EXIT.finding);
  });

  it('a broken file is exit code 2, and nothing is run', async () => {
    const { code, stdout, stderr } = await run('good', 'broken');
    assert.equal(code, EXIT.input);
    assert.equal(stdout, '');
    assert.match(stderr, /d\.yaml:2:/);
  });

  it('a reporter that breaks is exit code 3', async () => {
    const { code, stderr } = await run('good', '--reporter', './throwing.cjs');
    assert.equal(code, EXIT.defect);
    assert.match(stderr, /this reporter broke/);
  });

  it('nothing to run is bad input', async () => {
    assert.equal((await run('good', '--grep', 'no such title')).code, EXIT.input);
    assert.equal((await run('nowhere')).code, EXIT.input);
  });

  it('runs what is selected', async () => {
    const { stdout } = await run('good', '--tag', 'quick');
    assert.match(stdout, /First/);
    assert.doesNotMatch(stdout, /Second/);
    const second = await run('good', '--grep', 'Second$');
    assert.doesNotMatch(second.stdout, /First|Third/);
  });

  it('--bail stops after the first failure', async () => {
    assert.match((await run('wrong')).stdout, /Wrong too/);
    assert.doesNotMatch((await run('wrong', '--bail')).stdout, /Wrong too/);
  });

  it('--list and --dry-run run nothing', async () => {
    const list = await run('wrong', '--list');
    assert.equal(list.code, EXIT.ok);
    assert.match(list.stdout, /wrong\/c\.yaml:1: Wrong\n/);
    const rehearsal = await run('wrong', '--dry-run', '--seed', '42', '--schedules', '3');
    assert.equal(rehearsal.code, EXIT.ok);
    assert.match(rehearsal.stdout, /hardened.*simulated.*3.*42/);
  });

  it('several reporters at once', async () => {
    const { code, stdout } = await run(
      'good',
      '--reporter',
      'spec',
      '--reporter',
      'junit=deep/x.xml',
      '--reporter',
      'tap=x.tap',
    );
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /First/);
    assert.match(readFileSync(path.join(folder.path, 'deep/x.xml'), 'utf8'), /<testsuite/);
    assert.match(readFileSync(path.join(folder.path, 'x.tap'), 'utf8'), /^ok 1/m);
  });

  it('gives the same verdicts in parallel', async () => {
    // Times differ, and the order in which files are done; nothing else.
    const comparable = (text: string) =>
      text
        .split('\n')
        .map((line) => line.replace(/"duration":\s*[\d.e+-]+/g, ''))
        .sort();
    const serial = await report('good', 'wrong', '--schedules', '5');
    const parallel = await report('good', 'wrong', '--schedules', '5', '--parallel', '2');
    assert.equal(serial.code, EXIT.finding);
    assert.equal(parallel.code, EXIT.finding);
    assert.deepEqual(comparable(parallel.text), comparable(serial.text));
  });

  for (const parallel of [[], ['--parallel', '2']]) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`${signal} ends it cleanly with what was done reported${parallel.length > 0 ? ', in parallel too' : ''}`, async () => {
        folder.write('endless/a.yaml', scenario('Quick', 'ok'));
        folder.write(
          'endless/b.yaml',
          scenario('Endless', 'ok', 'explore: { strategy: random, schedules: 1000000000 }\n'),
        );
        const program = start(
          process.execPath,
          [...PROGRAM, 'run', 'endless', ...parallel, '-r', 'spec', '-r', 'json=cut.json'],
          {
            cwd: folder.path,
          },
        );
        await program.says('Quick');
        program.process.kill(signal);
        const { code, stdout, stderr } = await program.ended;
        assert.equal(code, EXIT.interrupted, stdout + stderr);
        assert.doesNotMatch(stderr, /\n {4}at /);
        assert.ok(existsSync(path.join(folder.path, 'cut.json')));
        assert.match(readFileSync(path.join(folder.path, 'cut.json'), 'utf8'), /Quick/);
      });
    }
  }
});
