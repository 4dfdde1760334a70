import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { HOSTILE } from '../../src/boundary/harmless.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type HostileRepository, makeHostileRepository, snapshot } from '../support/hostile-repository.ts';
import { type Ended, mktrouble } from '../support/program.ts';

describe('a repository that is written to harm', () => {
  let folder: Folder;
  let outside: Folder;
  let repository: HostileRepository;
  let before: Readonly<Record<string, string>>;

  beforeEach(() => {
    outside = temporaryFolder({ victim: 'the file of a user\n', 'secret.yaml': 'password: hunter2\n' });
    folder = temporaryFolder();
    repository = makeHostileRepository(folder.path, outside.path);
    before = snapshot(outside.path);
  });

  afterEach(() => {
    folder.remove();
    outside.remove();
  });

  const run = (...args: string[]): Promise<Ended> => mktrouble(args, { cwd: folder.path });

  /** The exit code is one of these, and what is said is harmless and has no stack of ours. */
  function harmed({ code, stdout, stderr }: Ended, codes: readonly number[]): void {
    const all = stdout + stderr;
    assert.ok(code !== undefined && codes.includes(code), `exit code ${code}: ${all.slice(0, 3000)}`);
    assert.doesNotMatch(stripVTControlCharacters(all) === all ? all : '\u001b', HOSTILE);
    assert.doesNotMatch(all, /\n\s+at .*:\d+:\d+\)?\n/);
    for (const line of all.split('\n')) assert.ok(!/^\s*::|##[a-z]*\[/.test(line), line);
    assert.doesNotMatch(all, /hunter2/, 'a line of a file outside of the repository is printed');
    assert.deepEqual(snapshot(outside.path), before);
  }

  it('harms nothing when its scenarios are checked, listed and run', async () => {
    for (const command of ['validate', 'list', 'lint']) harmed(await run(command, 'mistakes'), [2]);
    harmed(await run('validate', 'scenarios'), [0]);
    harmed(await run('list', 'scenarios'), [0]);
    harmed(await run('list', 'scenarios', '--json'), [0]);
    for (const flag of ['--list', '--dry-run']) harmed(await run('run', 'scenarios', '--replays', 'out', flag), [0]);
    harmed(await run('run', 'mistakes', '--replays', 'out'), [2]);
    harmed(await run('run', 'known', '--replays', 'out'), [2]);
  });

  it('has none of its commands executed, whichever way the backend is chosen, and says which they are', async () => {
    for (const backend of [[], ['-b', 'criu'], ['-b', 'simulated,criu']]) {
      const ended = await run('run', repository.commands, '--replays', 'out', ...backend);
      // Where there is no CRIU nothing runs: that is 2 as well.
      harmed(ended, [2]);
      assert.ok(!existsSync(repository.written), backend.join(' '));
    }
    harmed(await run('run', repository.commands, '--replays', 'out', '--dry-run'), [0]);
    assert.ok(!existsSync(repository.written));
  });

  it('has its linked output folder refused', async () => {
    const ended = await run('run', 'scenarios');
    harmed(ended, [2]);
    assert.match(ended.stderr, /\.mktrouble is a symbolic link/);
  });

  it('has its links replaced by reports, and its text in none of them but as text', async () => {
    const files = ['json=report.json', 'junit=report.xml', 'html=report.html', 'tap=report.tap'];
    const reporters = files.flatMap((file) => ['--reporter', file]);
    harmed(await run('run', 'scenarios', '--replays', 'out', '--reporter', 'spec', ...reporters), [1]);
    for (const [, file = ''] of files.map((one) => one.split('='))) {
      assert.ok(lstatSync(path.join(folder.path, file)).isFile(), file);
      const text = readFileSync(path.join(folder.path, file), 'utf8');
      assert.doesNotMatch(text, /\u202e|\u009b/, file);
      for (const line of text.split('\n')) assert.ok(!/^\s*::(error|add-mask)/.test(line), `${file}: ${line}`);
    }
    assert.doesNotMatch(readFileSync(path.join(folder.path, 'report.html'), 'utf8'), /<img src=x/);
    assert.ok(!existsSync(path.join(outside.path, 'new')));
    harmed(await run('report', 'merge', 'report.json', '--reporter', 'html=merged.html', '--reporter', 'spec'), [0]);
    harmed(await run('report', 'diff', 'report.json', 'report.json', '--markdown'), [0]);
  });

  it('harms nothing by replay files and reports', async () => {
    for (const file of repository.replays) harmed(await run('replay', file), [2]);
    for (const file of repository.reports) harmed(await run('report', 'merge', file), [2]);
  });

  it('harms nothing by templates that are written into it', async () => {
    rmSync(path.join(folder.path, 'scenarios'), { recursive: true });
    harmed(await run('new', 'signal', '.mktrouble/mine.yaml'), [2]);
    harmed(await run('new', 'signal', 'report.json'), [2]);
    harmed(await run('init', '.mktrouble'), [2]);
  });
});
