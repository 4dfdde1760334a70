import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { REPORTER_NAMES } from '../../reporters/registry.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

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
  /** What the json reporter says, case by case in the order of their ids, without times. */
  const report = async (...args: string[]) => {
    const { code } = await run(...args, '--reporter', 'json=out.json');
    const { cases } = JSON.parse(readFileSync(path.join(folder.path, 'out.json'), 'utf8'));
    return { code, cases: cases.map((one: object) => JSON.stringify({ ...one, duration: 0 })).sort() as string[] };
  };

  it('is green when everything is as expected', async () => {
    const { code, stdout, stderr } = await run('good');
    assert.equal(code, EXIT.ok, stdout + stderr);
    for (const title of ['First', 'Second', 'Third']) assert.match(stdout, new RegExp(title));
  });

  it('follows links to scenario files and folders', async () => {
    symlinkSync('good', path.join(folder.path, 'linked'));
    const { code, stdout, stderr } = await run('linked');
    assert.equal(code, EXIT.ok, stdout + stderr);
    assert.match(stdout, /3 passed/);
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

  it('a search that was stopped is exit code 4, unless there is a finding', async () => {
    folder.write('searched/e.yaml', scenario('Searched', 'ok', 'explore: exhaustive\n'));
    const { code, stdout } = await run('good', 'searched', '--max-states', '10');
    assert.equal(code, EXIT.incomplete);
    assert.match(stdout, /1 incomplete/);
    assert.equal((await run('searched', 'wrong', '--max-states', '10')).code, EXIT.finding);
    assert.equal((await run('good', 'searched', '--max-states', '10', '--parallel', '2')).code, EXIT.incomplete);
  });

  it('a limit of states is for all files of the run together, in one process and in several', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `many/${i}.yaml`);
    for (const [i, name] of names.entries()) folder.write(name, scenario(`Many ${i}`, 'ok', 'explore: exhaustive\n'));
    const alone = await run('many/0.yaml', '--reporter', 'json');
    const states = Number(/"states": *(\d+)/.exec(alone.stdout)?.[1]);
    assert.ok(states > 1000);
    assert.equal((await run('many/0.yaml', '--max-states', String(states + 1))).code, EXIT.ok);
    assert.equal((await run('many', '--max-states', String(states + 1))).code, EXIT.incomplete);
    assert.equal((await run('many', '--max-states', String(states + 1), '--parallel', '2')).code, EXIT.incomplete);
  });

  it('a limit of time is for all files of the run together: those after it are not begun', async () => {
    const { code, stdout } = await run('many', '--timeout', '1ms', '--reporter', 'json');
    assert.equal(code, EXIT.incomplete);
    const { summary } = JSON.parse(stdout) as { summary: { incomplete: number; passed: number } };
    assert.deepEqual([summary.incomplete, summary.passed], [6, 0]);
    assert.equal((await run('many', '--timeout', '1ms', '--parallel', '2')).code, EXIT.incomplete);
  });

  it('a reporter that breaks is exit code 3', async () => {
    const { code, stderr } = await run('good', '--reporter', './throwing.cjs');
    assert.equal(code, EXIT.defect);
    assert.match(stderr, /this reporter broke/);
  });

  it('nothing to run is bad input', async () => {
    const ended = await Promise.all([run('good', '--grep', 'no such title'), run('nowhere')]);
    for (const { code } of ended) assert.equal(code, EXIT.input);
  });

  describe('cases that are skipped', () => {
    const real = scenario('Real', 'ok').replace('protocol: hardened', 'protocol: hardened, backends: [native]');
    before(() => {
      folder.write('skipped/a.yaml', `${real}---\n${real.replace('Real', 'Real too')}`);
      folder.write('mixed/a.yaml', `${real}---\n${scenario('Anywhere', 'ok')}`);
    });

    it('a run in which nothing ran is exit code 2, and says why once', async () => {
      const ways = [['--reporter', 'json=out.json'], ['--reporter', 'tap=out.tap', '--parallel', '2'], []];
      for (const more of ways) {
        const { code, stdout, stderr } = await run('skipped', '--backend', 'simulated', ...more);
        assert.equal(code, EXIT.input, stdout + stderr);
        assert.match(stderr, /nothing was run/);
        assert.equal(`${stdout}${stderr}`.split('native only').length, 2, stdout + stderr);
        assert.match(`${stdout}${stderr}`, /2 cases: .*native only/);
      }
    });

    it('a backend that is named and cannot work here is exit code 2', async () => {
      folder.write('criu/a.yaml', 'scenario: By CRIU\ntree: { pid: 100 }\ncriu: { namespace: own }\n');
      const setting = { cwd: folder.path, env: { MKTROUBLE_CRIU: '/no/such/criu' } };
      const { code, stdout, stderr } = await mktrouble(['run', 'criu', '--backend', 'criu'], setting);
      assert.equal(code, EXIT.input, stdout + stderr);
      assert.match(stdout, /1 case: .*\/no\/such\/criu/);
    });

    it('are accepted beside others, but with --fail-on-skip', async () => {
      const ended = await Promise.all([
        run('mixed', '--backend', 'simulated'),
        run('mixed', '--backend', 'simulated', '--fail-on-skip'),
      ]);
      // What is for another backend than the one that was named is no gap of this one.
      assert.deepEqual([ended[0].code, ended[1].code], [EXIT.ok, EXIT.ok], ended[1].stderr);
      assert.match(ended[0].stdout, /1 skipped/);
      assert.doesNotMatch(ended[1].stdout, /skipped/);
    });

    it('--fail-on-skip is exit code 2 when a case of the backend cannot run here, and a finding goes before', async () => {
      folder.write(
        'criu-too/a.yaml',
        `${scenario('Runs', 'ok')}---\nscenario: C\ntree: { pid: 100 }\ncriu: { namespace: own }\n`,
      );
      folder.write(
        'criu-fails/a.yaml',
        `${scenario('Wrong', 'EBUSY')}---\nscenario: C\ntree: { pid: 100 }\ncriu: { namespace: own }\n`,
      );
      const setting = { cwd: folder.path, env: { MKTROUBLE_CRIU: '/no/such/criu' } };
      const go = (...args: string[]) =>
        mktrouble(['run', ...args, '--backend', 'all', '--reporter', 'tap=out.tap'], setting);
      const [accepted, refused, found] = await Promise.all([
        go('criu-too'),
        go('criu-too', '--fail-on-skip'),
        go('criu-fails', '--fail-on-skip'),
      ]);
      assert.equal(accepted.code, EXIT.ok, accepted.stderr);
      assert.equal(refused.code, EXIT.input, refused.stderr);
      assert.match(refused.stderr, /--fail-on-skip/);
      assert.equal(found.code, EXIT.finding, found.stderr);
    });
  });

  it('spec and github share the terminal, each with whole lines', async () => {
    const { code, stdout, stderr } = await run('wrong', '--reporter', 'spec', '--reporter', 'github');
    assert.equal(code, EXIT.finding, stderr);
    assert.equal(stdout.split('\n').filter((line) => line.startsWith('::error ')).length, 2, stdout);
    assert.match(stdout, /2 failed/);
  });

  it('runs what is selected', async () => {
    const [quick, second] = await Promise.all([run('good', '--tag', 'quick'), run('good', '--grep', 'Second$')]);
    assert.match(quick.stdout, /First/);
    assert.doesNotMatch(quick.stdout, /Second/);
    assert.doesNotMatch(second.stdout, /First|Third/);
  });

  it('--bail stops after the first failure', async () => {
    const [all, first] = await Promise.all([run('wrong'), run('wrong', '--bail')]);
    assert.match(all.stdout, /Wrong too/);
    assert.doesNotMatch(first.stdout, /Wrong too/);
  });

  it('--list and --dry-run run nothing', async () => {
    const [list, rehearsal] = await Promise.all([
      run('wrong', '--list'),
      run('wrong', '--dry-run', '--seed', '42', '--schedules', '3'),
    ]);
    assert.deepEqual([list.code, rehearsal.code], [EXIT.ok, EXIT.ok]);
    assert.match(list.stdout, /wrong\/c\.yaml:1: Wrong\n/);
    assert.match(rehearsal.stdout, /hardened.*simulated.*3.*42/);
  });

  it('--dry-run says how often real tasks would run', async () => {
    folder.write('raced/c.yaml', 'scenario: Raced\ntree: { pid: 100 }\ncriu: { repeat: 20 }\n');
    const { code, stdout } = await run('raced', '--dry-run');
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /1 task, on criu, 20 runs|skipped: /);
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

  it('every reporter at once, in parallel, with nothing on standard error but where the reports are', async () => {
    const reporters = REPORTER_NAMES.flatMap((name) => ['--reporter', `${name}=all/${name}.out`]);
    const { code, stderr } = await run('good', ...reporters, '--parallel', '2');
    assert.equal(code, EXIT.ok);
    const others = stderr.split('\n').filter((line) => line !== '' && !/^mktrouble: note: \w+: all\//.test(line));
    assert.deepEqual(others, []);
    assert.ok(REPORTER_NAMES.length > 6);
  });

  it('removes what workers load when the run ends, not when the program exits: until then a signal may end it', async () => {
    // In the program and in its workers, before they begin: what is there at a start, and at the exit of the last one.
    const look = `import fs from 'node:fs';
const write = (name, flag) => fs.writeFileSync(name, JSON.stringify(fs.readdirSync('.')), { flag });
write('../seen.txt', 'a');
process.on('exit', () => write('../left.txt', 'w'));
`;
    const file = folder.write('look.mjs', look);
    const own = path.join(folder.path, 'own');
    mkdirSync(own);
    const env = { TMPDIR: own, NODE_OPTIONS: `--import ${file}` };
    const good = path.join(folder.path, 'good');
    const { code, stderr } = await mktrouble(['run', good, '--parallel', '2'], { cwd: own, env });
    assert.equal(code, EXIT.ok, stderr);
    assert.match(readFileSync(path.join(folder.path, 'seen.txt'), 'utf8'), /mktrouble-run-/);
    assert.doesNotMatch(readFileSync(path.join(folder.path, 'left.txt'), 'utf8'), /mktrouble-run-/);
  });

  it('gives the same verdicts in parallel', async () => {
    const serial = await report('good', 'wrong', '--schedules', '5');
    const parallel = await report('good', 'wrong', '--schedules', '5', '--parallel', '2');
    assert.deepEqual([serial.code, parallel.code], [EXIT.finding, EXIT.finding]);
    assert.equal(serial.cases.length, 5);
    for (const [i, one] of serial.cases.entries()) assert.ok(parallel.cases[i] === one, `case ${i} differs`);
  });
});
