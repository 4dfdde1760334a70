/** Which of the selected cases are run: --last-failed, --only-changed, --shard, and the keys skip, todo and only of a scenario. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { EXIT } from '../../src/cli/exit.ts';
import { splitIntoShards } from '../../src/cli/narrow/shard.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const scenario = (name: string, coordinator = 'ok', more = '') => `scenario: ${name}
tree: { pid: 100 }
restart: { protocol: hardened }
expect: { coordinator: ${coordinator} }
${more}`;

describe('the cases that are run', function () {
  this.timeout(60_000);
  this.slow(5_000);
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder({
      'a.yaml': `${scenario('First')}---\n${scenario('Second', 'EBUSY')}`,
      'b.yaml': scenario('Third'),
    });
  });
  afterEach(() => folder.remove());

  const run = (...args: string[]) => mktrouble(['run', ...args], { cwd: folder.path });
  /** The titles of the cases that ran or were skipped, as the JSON report has them. */
  const titles = async (...args: string[]): Promise<{ code: number | undefined; ran: string[]; stderr: string }> => {
    const out = path.join(folder.path, 'out.json');
    writeFileSync(out, '{"cases":[]}');
    const { code, stderr } = await run('.', ...args, '--reporter', 'json=out.json');
    const { cases } = JSON.parse(readFileSync(out, 'utf8')) as { cases: { title: string; result: string }[] };
    return {
      code,
      ran: cases
        .filter(({ result }) => result !== 'skip')
        .map(({ title }) => title)
        .sort(),
      stderr,
    };
  };

  it('--last-failed: those that did not pass when they were last run, also when others ran meanwhile', async () => {
    assert.deepEqual((await titles()).code, EXIT.finding);
    await run('b.yaml');
    assert.deepEqual((await titles('--last-failed')).ran, ['Second']);
    assert.deepEqual((await titles('--last-failed', '--parallel', '2')).ran, ['Second']);
    folder.write('a.yaml', `${scenario('First')}---\n${scenario('Second')}`);
    assert.equal((await titles('--last-failed')).code, EXIT.ok);
    const nothing = await titles('--last-failed');
    assert.deepEqual([nothing.code, nothing.ran], [EXIT.ok, []]);
  });

  it('--only-changed: files that git finds changed or untracked, and all of them when the configuration is', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', ...args], {
        cwd: folder.path,
        stdio: 'pipe',
      });
    const before = await titles('--only-changed');
    assert.deepEqual([before.code, before.ran], [EXIT.input, []]);
    git('init', '-q', '-b', 'main');
    folder.write('.gitignore', 'out.json\n.mktrouble/\n');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    assert.deepEqual((await titles('--only-changed')).ran, []);
    folder.write('b.yaml', scenario('Third, changed'));
    folder.write('c.yaml', scenario('New'));
    assert.deepEqual((await titles('--only-changed')).ran, ['New', 'Third, changed']);
    git('add', '.');
    git('commit', '-q', '-m', 'two');
    assert.deepEqual((await titles('--only-changed')).ran, []);
    assert.deepEqual((await titles('--only-changed', 'HEAD~1')).ran, ['New', 'Third, changed']);
    assert.equal((await titles('--only-changed', 'no-such-commit')).code, EXIT.input);
    assert.equal((await titles('--only-changed=--output=x')).code, EXIT.input);
    folder.write('mktrouble.config.yaml', 'seed: 1\n');
    assert.equal((await titles('--only-changed')).ran.length, 4);
  });

  it('--shard: each case in one shard, in one process and in several; merged they are the run', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `Case ${i}`);
    folder.write('a.yaml', names.map((name) => scenario(name)).join('---\n'));
    const parts = [
      await titles('--shard', '1/3'),
      await titles('--shard', '2/3', '--parallel', '2'),
      await titles('--shard', '3/3'),
    ];
    assert.deepEqual(parts.flatMap(({ ran }) => ran).sort(), [...names, 'Third'].sort());
  });

  it('--shard: one without a case writes its report, so that the shards are whole', async () => {
    for (const i of [1, 2, 3]) {
      const { code, stderr } = await run('b.yaml', '--shard', `${i}/3`, '--reporter', `json=${i}.json`);
      assert.equal(code, EXIT.ok, stderr);
    }
    const { code } = await mktrouble(['report', 'merge', '1.json', '2.json', '3.json'], { cwd: folder.path });
    assert.equal(code, EXIT.ok);
  });

  it('report merge refuses shards that are not one run', async () => {
    for (const i of [1, 2]) await run('.', '--shard', `${i}/2`, '--reporter', `json=${i}.json`);
    await run('b.yaml', '--shard', '2/2', '--reporter', 'json=other.json');
    const merge = (...files: string[]) => mktrouble(['report', 'merge', ...files], { cwd: folder.path });
    assert.equal((await merge('1.json', '2.json')).code, EXIT.ok);
    assert.equal((await merge('1.json')).code, EXIT.input);
    assert.equal((await merge('1.json', 'other.json')).code, EXIT.input);
  });

  it('--durations: a report of a former run decides the split', async () => {
    folder.write('a.yaml', ['A', 'B', 'C', 'D'].map((name) => scenario(name)).join('---\n'));
    await run('a.yaml', '--reporter', 'json=former.json');
    const former = JSON.parse(readFileSync(path.join(folder.path, 'former.json'), 'utf8'));
    for (const one of former.cases) one.duration = one.title === 'C' ? 1000 : 1;
    folder.write('former.json', JSON.stringify(former));
    const { stdout } = await run('a.yaml', '--shard', '1/2', '--durations', 'former.json', '--list');
    assert.deepEqual(
      [...stdout.matchAll(/: (\w)$/gm)].map(([, title]) => title),
      ['C'],
    );
    assert.equal((await run('a.yaml', '--shard', '1/2', '--durations', 'none.json')).code, EXIT.input);
  });

  it('skip and todo: reported as skipped with their reasons', async () => {
    folder.write(
      'a.yaml',
      `${scenario('First', 'ok', 'skip: not on this machine\n')}---\n${scenario('Second', 'ok', 'todo: the engine\n')}`,
    );
    const { code, stdout } = await run('a.yaml', 'b.yaml');
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /not on this machine/);
    assert.match(stdout, /todo: the engine/);
    assert.equal((await run('a.yaml', 'b.yaml', '--fail-on-skip')).code, EXIT.input);
  });

  it('only: no other case of the run, whatever its file; forbidden on request, and found by lint', async () => {
    folder.write('a.yaml', `${scenario('First', 'ok', 'only: I work on it\n')}---\n${scenario('Second', 'EBUSY')}`);
    assert.deepEqual((await titles()).ran, ['First']);
    assert.deepEqual((await titles('--parallel', '2')).ran, ['First']);
    assert.equal((await run('.', '--forbid-only')).code, EXIT.input);
    assert.equal((await run('b.yaml', '--forbid-only')).code, EXIT.ok);
    const lint = await mktrouble(['lint', '.'], { cwd: folder.path });
    assert.equal(lint.code, EXIT.finding);
    assert.match(lint.stdout, /a\.yaml:1:.*\n?.*only-left-in/);
  });

  it('a tag expression selects; of a tag that no scenario has the nearest is named', async () => {
    folder.write(
      'a.yaml',
      `${scenario('First', 'ok', 'tags: [ptrace, slow]\n')}---\n${scenario('Second', 'ok', 'tags: [ptrace]\n')}`,
    );
    assert.deepEqual((await titles('-t', 'ptrace and not slow')).ran, ['Second']);
    assert.deepEqual((await titles('-t', 'slow', '-t', 'not ptrace')).ran, ['First', 'Third']);
    const { code, stderr } = await titles('-t', 'ptrase');
    assert.equal(code, EXIT.input);
    assert.match(stderr, /ptrace/);
    assert.equal((await run('.', '-t', 'a and')).code, EXIT.input);
  });
});

describe('a split into shards', () => {
  const tests = fc.array(fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }), { maxLength: 60 });

  it('property: no shard is longer than the longest test and 4/3 of an equal share; it does not depend on the order', () => {
    fc.assert(
      fc.property(tests, fc.integer({ min: 1, max: 8 }), (durations, of) => {
        const weighed = durations.map((duration, i) => ({ key: `case ${i}`, duration }));
        const { shards } = splitIntoShards(weighed, of);
        assert.ok(shards.every((shard) => shard >= 1 && shard <= of));
        const back = splitIntoShards([...weighed].reverse(), of).shards.reverse();
        assert.deepEqual(back, shards);
        if (durations.some((duration) => duration === undefined)) return;
        const loads = Array.from({ length: of }, (_, i) =>
          durations.reduce<number>((sum, duration, j) => sum + (shards[j] === i + 1 ? Math.max(duration!, 0.1) : 0), 0),
        );
        const total = loads.reduce((sum, load) => sum + load, 0);
        const longest = Math.max(0.1, ...durations.map((duration) => duration!));
        assert.ok(Math.max(...loads) <= total / of + longest + 1e-6);
      }),
    );
  });

  it('has another plan when anything about it is different', () => {
    const of = (...durations: number[]) =>
      splitIntoShards(
        durations.map((duration, i) => ({ key: `${i}`, duration })),
        2,
      ).plan;
    assert.equal(of(1, 2, 3), of(1, 2, 3));
    assert.notEqual(of(1, 2, 3), of(3, 2, 1));
    assert.notEqual(of(1, 2, 3), of(1, 2, 3, 4));
  });
});
