/** Two builds of a container runtime, and two restarts of one's own, side by side. The builds are scripts around the crun that is here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { skipWhereNone, skipWithout } from '../support/available.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const SCENARIO = `scenario: A container is restored
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
runtime: { name: crun }
---
scenario: A container of another runtime
tree: { pid: 100 }
runtime: { name: runc }
`;

/** Of a restore that has succeeded it may say that it failed. */
const build = (isSound: boolean): string => `#!/bin/sh
case "$*" in --version) echo "crun version 9.${isSound ? 0 : 1}"; echo +CRIU; exit ;; esac
/usr/bin/crun "$@"
exit=$?
case "$*" in ${isSound ? '' : '*" restore "*) exit 7 ;; '}esac
exit $exit
`;

/** What test/backends/native/plugins/barrier.c does wrong, unless it is repaired; see docs/native-backend.md. */
const FORGOTTEN = `scenario: A stopped task is forgotten when another one dies
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
faults:
  - { stop: 100, when: { task: 100, at: sync-3 } }
  - { kill: 102, when: { task: 102, at: restore } }
`;

/** The result of each case by engine. */
function readEngines(file: string): { projects: string[]; byTitle: Record<string, Record<string, string>> } {
  const { engines } = JSON.parse(readFileSync(file, 'utf8'));
  const cases: { id: string; change: string; shown: Record<string, string> }[] = engines.cases;
  const byTitle = Object.fromEntries(
    cases.map(({ id, change, shown }) => [id.replace(/.*#/, ''), { change, ...shown }]),
  );
  return { projects: engines.projects, byTitle };
}

describe('several builds of a container runtime', function () {
  this.timeout(240_000);
  this.slow(60_000);
  let folder: Folder;
  const at = (name: string): string => path.join(folder.path, name);

  before(async function () {
    const backend = await openBackend('oci');
    await skipWithout(backend, this, 'crun');
    await backend.dispose();
  });
  beforeEach(() => {
    folder = temporaryFolder({ 'it.yaml': SCENARIO });
    for (const name of ['old', 'new']) chmodSync(folder.write(name, build(name === 'old')), 0o755);
  });
  afterEach(() => folder?.remove());

  const both = (): string[] => ['--runtime', `old=${at('old')}`, '--runtime', `new=${at('new')}`];

  it('run each case once on each, and what is for another runtime is skipped', async () => {
    const reports = ['--reporter', 'spec', '--reporter', `json=${at('r.json')}`, '--replays', at('replays')];
    const { code, stdout, stderr } = await mktrouble(['run', at('it.yaml'), ...both(), ...reports]);
    assert.equal(code, EXIT.finding, stderr);
    assert.match(stdout, /old against new: 1 new/);
    assert.match(stdout, /this run is of \S+new, and of no runc/);
    assert.match(stdout, /crun 9\.0 .*old/);
    const { projects, byTitle } = readEngines(at('r.json'));
    assert.deepEqual(projects, ['old', 'new']);
    assert.equal(byTitle['A container is restored']!['change'], 'new');
    assert.equal(byTitle['A container is restored']!['old'], 'pass');
    // The commands that a reader may paste name the build.
    assert.match(stdout, /MKTROUBLE_RUNTIME=\S+new npx mktrouble run/);
    assert.match(stdout, /export .* --as scenario --runtime old=\S+old --runtime new=\S+new/);
  });

  it('give the smallest scenario of a regression', async () => {
    const small = at('small.yaml');
    const written = await mktrouble([
      ...['export', `${at('it.yaml')}#A container is restored`, '--as', 'scenario', '--out', small],
      ...both(),
    ]);
    assert.equal(written.code, EXIT.ok, written.stderr);
    const { cases } = parseScenarios(readFileSync(small, 'utf8'), small);
    assert.deepEqual(
      cases.map(({ tasks, runtime }) => [tasks.length, runtime?.name]),
      [[1, 'crun']],
    );
  });

  it('are bisected, as those of CRIU', async () => {
    const repository = at('engine');
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=it', '-c', 'user.email=it@example.org', ...words]);
    folder.write('engine/readme', '');
    execFileSync('git', ['-C', repository, 'init', '--quiet']);
    for (let number = 1; number <= 4; number++) {
      folder.write('engine/source', `${build(number < 3)}# ${number}\n`);
      folder.write('engine/build.sh', 'cp source crun && chmod +x crun\n');
      git('add', '-A');
      git('commit', '--quiet', '-m', `Change ${number}`);
      git('tag', `v${number}`);
    }
    const { code, stdout, stderr } = await mktrouble([
      ...['bisect', `${at('it.yaml')}#A container is restored`, '--repository', repository],
      ...['--build', 'sh build.sh', '--good', 'v1', '--bad', 'v4'],
    ]);
    assert.equal(code, EXIT.finding, `${stdout}${stderr}`);
    assert.match(stdout, /the first bad commit:\n[0-9a-f]+ Change 3 /);
  });

  it('are refused where they are none', async () => {
    for (const wrong of ['rnuc', 'runc@', '/nonexistent/runc']) {
      const { code, stderr } = await mktrouble(['run', at('it.yaml'), '--runtime', wrong]);
      assert.equal(code, EXIT.input, wrong);
      assert.match(stderr, /expected runc, crun|no such file/);
    }
    // One that starts here, and not with the libraries of a sandbox.
    folder.write('marker', '');
    const there = `#!/bin/sh\n[ -e ${at('marker')} ] && echo 'crun version 9.9'\n`;
    chmodSync(folder.write('crun', there), 0o755);
    const swept = await mktrouble(['campaign', 'plan', '--sweep', '--runtime', 'crun']);
    assert.equal(swept.code, EXIT.input);
    assert.match(swept.stderr, /for CRIU alone/);
    // A program that is no runtime, and a version that is not unpacked, are reasons to skip.
    for (const absent of ['/bin/true', 'crun@0.0.1', at('crun')]) {
      const { code, stdout } = await mktrouble([
        'run',
        at('it.yaml'),
        '--runtime',
        absent,
        '--fail-on-skip',
        '--backend',
        'oci',
      ]);
      assert.equal(code, EXIT.input, stdout);
      assert.match(stdout, /does not say what it is|crun@0\.0\.1 is not here|does not start in a sandbox/);
    }
  });
});

describe('several restarts of your own', function () {
  this.timeout(120_000);
  this.slow(30_000);

  it('run each case once on each', async function () {
    await skipWhereNone((await import('../../src/backends/native/index.ts')).native, this);
    const folder = temporaryFolder({ 'it.yaml': `${FORGOTTEN}restart: { backends: [native] }\n` });
    const at = (name: string): string => path.join(folder.path, name);
    try {
      const barrier = readFileSync('test/backends/native/plugins/barrier.c', 'utf8');
      folder.write('old.c', barrier);
      folder.write('new.c', `#define REPAIRED\n${barrier}`);
      const { code, stdout, stderr } = await mktrouble([
        ...[
          'run',
          at('it.yaml'),
          '--schedules',
          '10',
          '--plugin',
          `old=${at('old.c')}`,
          '--plugin',
          `new=${at('new.c')}`,
        ],
        ...['--reporter', 'spec', '--reporter', `json=${at('r.json')}`, '--replays', at('replays')],
      ]);
      assert.equal(code, EXIT.finding, `${stdout}${stderr}`);
      assert.match(stdout, /old against new: 1 fixed/);
      assert.match(stdout, /MKTROUBLE_PLUGIN=\S+old\.c npx mktrouble/);
      const { projects, byTitle } = readEngines(at('r.json'));
      assert.deepEqual(projects, ['old', 'new']);
      const [shown] = Object.values(byTitle);
      assert.match(shown!['old']!, /failure-kills-marked/);
      // Which of the two comes first is for the machine to decide: where the stop never comes, the case says so.
      assert.doesNotMatch(shown!['new']!, /failure-kills-marked/);
    } finally {
      folder.remove();
    }
  });
});
