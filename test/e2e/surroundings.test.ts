import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type Ended, mktrouble, PROGRAM, run } from '../support/program.ts';

const SCENARIO =
  'scenario: x\ntree: { pid: 100 }\nexpect: { coordinator: [ok, EINTR] }\nrestart: { protocol: hardened }\n';

/** What the machine refuses is exit code 2 with a message: neither a finding (1) nor a defect (3), and without a stack. */
describe('the exit code where the machine refuses', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder({ 'scenarios/a.yaml': SCENARIO });
  });
  afterEach(() => folder.remove());

  function refused({ code, stdout, stderr }: Ended, codes: readonly number[] = [2]): void {
    assert.ok(code !== undefined && codes.includes(code), `exit code ${code}: ${stdout}${stderr}`);
    assert.doesNotMatch(stdout + stderr, /\n\s+at .*:\d+:\d+\)?\n/);
  }
  const shell = (script: string): Promise<Ended> =>
    run('sh', ['-c', script, process.execPath, ...PROGRAM], { cwd: folder.path });

  it('a report goes to a full device', async () => {
    for (const reporter of ['json', 'html', 'junit', 'tap'])
      refused(await mktrouble(['run', '--reporter', `${reporter}=/dev/full`], { cwd: folder.path }));
  });

  it('standard output is a full device, or closed', async () => {
    refused(await shell('"$0" "$@" list > /dev/full'));
    refused(await shell('"$0" "$@" run > /dev/full'));
    refused(await shell('"$0" "$@" list | :'), [0]);
  });

  it('there is no folder for temporary files', async () => {
    const many = `matrix: { p: [${Array.from({ length: 200 }, (_, i) => i).join()}] }`;
    folder.write(
      'scenarios/many.yaml',
      `scenario: y\ntree: { pid: 100 }\n${many}\nimage: { nr-tasks: "\${{ matrix.p }}" }\n`,
    );
    const env = { TMPDIR: '/dev/null/none' };
    refused(await mktrouble(['run', '--parallel', '2'], { cwd: folder.path, env }));
  });

  it('a folder cannot be read, or not be written', async function () {
    if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0) {
      console.log('      skipped: only root with setpriv can become another user');
      this.skip();
    }
    folder.write('scenarios/closed/b.yaml', SCENARIO);
    spawnSync('sh', ['-c', `chmod 755 "$0" "$0/scenarios"; chmod 700 "$0/scenarios/closed"`, folder.path]);
    const asNobody = (...args: string[]) =>
      run(
        'setpriv',
        ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, ...PROGRAM, ...args],
        {
          cwd: folder.path,
          env: { HOME: '/dev/null/none' },
        },
      );
    refused(await asNobody('validate'));
    refused(await asNobody('run', 'scenarios/a.yaml', '--reporter', 'json=report.json'));
    assert.deepEqual(readdirSync(folder.path), ['scenarios']);
  });

  it('a disk is full: the report of the run before stays', async function () {
    const script = `mount -t tmpfs -o size=64k tmpfs "$2" && echo old > "$2/report.html" && "$0" "$1" run --reporter html="$2/report.html"; code=$?; cp "$2/report.html" kept; ls -a "$2" > left; exit $code`;
    folder.write('disk/.keep', '');
    if (spawnSync('unshare', ['-m', 'true']).status !== 0 || PROGRAM.length !== 1) {
      console.log('      skipped: there can be no mount namespace here');
      this.skip();
    }
    const args = ['-m', 'sh', '-c', script, process.execPath, ...PROGRAM, path.join(folder.path, 'disk')];
    refused(await run('unshare', args, { cwd: folder.path }));
    assert.equal(readFileSync(path.join(folder.path, 'kept'), 'utf8'), 'old\n');
    assert.deepEqual(readFileSync(path.join(folder.path, 'left'), 'utf8').trim().split('\n'), [
      '.',
      '..',
      'report.html',
    ]);
  });

  it('there are few file handles', async () => {
    for (const handles of [30, 24, 20]) refused(await shell(`ulimit -n ${handles}; "$0" "$@" run`), [0, 2]);
  });

  it('the working folder has been deleted', async () => {
    refused(await shell('mkdir gone; cd gone; rmdir ../gone; "$0" "$@" list'));
    refused(await shell('mkdir gone; cd gone; rmdir ../gone; "$0" "$@" run'));
  });
});
