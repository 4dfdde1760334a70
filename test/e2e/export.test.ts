/** Exported reproducers, as a reader of a bug report runs them: outside of mktrouble, with a shell, a compiler and CRIU only. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Criu, locateCriu } from '../../src/backends/criu/locate.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { faultOfMachine } from '../support/criu-fault.ts';
import { findRowNumber } from '../support/findings-page.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM } from '../support/program.ts';
import { ZDTM_HEADER } from '../support/zdtm.ts';

/**
 * One finding of each kind: a round trip, a stage, a changed image, a failing system call, pstree.img, a program of the scenario's own,
 * orphans, a limit, a resource, a lazy-pages daemon, a system call that is searched for, one of a restored task.
 */
const EXIT_STATUS = "Restore loses the highest bit of a zombie's exit status";
const SAMPLE = [
  EXIT_STATUS,
  'Failed dump leaves a second SIGSTOP pending for a stopped task',
  'Restore crashes when a core image has no thread_core',
  'Restore reports success although a stopped task runs when kill(2) fails',
  'Restore aborts when pstree.img has a duplicate pid',
  'Restore loses the core dump filter',
  'Restore gives an orphan to init that a subreaper had adopted',
  'A dump says nothing of a task that has entered the namespace, and the task is lost',
  'A dump that SIGXFSZ kills while its parasite is injected leaves a memory file open in a task',
  'Restore loses the lock of memory that is mapped where its parent has memory too',
  'Restored tasks find zeros in their memory when the lazy-pages daemon is killed after their restore',
  'Dump crashes when it cannot map the memory that it shares with the parasite',
  'A restored process crashes when it cannot map a page',
];

describe('an exported reproducer', function () {
  this.timeout(120_000);
  this.slow(30_000);
  let folder: Folder;
  let criu: Criu;
  let fault: Record<string, string>;

  before(async function () {
    const found = await locateCriu();
    if (typeof found === 'string' || process.getuid?.() !== 0) {
      console.log(`      skipped: ${typeof found === 'string' ? found : 'only root can run CRIU here'}`);
      this.skip();
    }
    criu = found;
    fault = await faultOfMachine();
    folder = temporaryFolder({ 'zdtmtst.h': ZDTM_HEADER });
  });
  after(() => folder?.remove());

  const file = (name: string): string => path.join(folder.path, name);
  const exportTo = (finding: string, format: string, name: string): void => {
    const args = [
      ...PROGRAM,
      'export',
      finding,
      '--as',
      format,
      '--out',
      file(name),
      '--criu',
      criu.name,
      '--allow-commands',
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, EXIT.ok, stderr);
  };
  const run = (command: string, args: readonly string[], wanted: string): ReturnType<typeof spawnSync> =>
    spawnSync(command, args, { env: { ...process.env, ...fault, CRIU: wanted }, encoding: 'utf8' });

  for (const title of SAMPLE) {
    it(`shows "${title}", as a script and as a program, and leaves nothing`, () => {
      const number = findRowNumber(title);
      const real = criu.command.join(' ');
      exportTo(`docs/criu-findings.md#${number}`, 'sh', 'it.sh');
      const script = run('sh', [file('it.sh')], real);
      assert.equal(script.status, 1, `${script.stdout}${script.stderr}`);
      exportTo(`docs/criu-findings.md#${number}`, 'c', 'it.c');
      // As its header says.
      const [, flags] = /cc (-w .*?)-o repro THIS_FILE/.exec(readFileSync(file('it.c'), 'utf8'))!;
      const built = run('cc', [...flags!.trim().split(' '), '-o', file('it'), file('it.c')], real);
      assert.equal(built.status, 0, String(built.stderr));
      const program = run(file('it'), [], real);
      assert.equal(program.status, 1, `${program.stdout}${program.stderr}`);
      assert.equal(spawnSync('pgrep', ['-f', folder.path]).status, 1, 'a process is left');
    });
  }

  it('ends with 125 where there is no CRIU', () => {
    exportTo(`docs/criu-findings.md#${findRowNumber(EXIT_STATUS)}`, 'sh', 'none.sh');
    assert.equal(run('sh', [file('none.sh')], '/dev/null/none').status, 125);
  });

  it('is a test of zdtm that passes when nothing happens, and fails after a restore that loses something', () => {
    exportTo(`docs/criu-findings.md#${findRowNumber(EXIT_STATUS)}`, 'zdtm', 'exit_status.c');
    const built = run('cc', ['-w', '-o', file('exit_status'), `-I${folder.path}`, file('exit_status.c')], '');
    assert.equal(built.status, 0, String(built.stderr));
    folder.write(
      'zdtm.sh',
      `[ "$1" = inside ] || exec unshare --pid --fork --kill-child --mount --mount-proc sh "$0" inside
mount -t tmpfs zdtm /run && cd /run && mkdir img
echo 99 > /proc/sys/kernel/ns_last_pid
setsid ${file('exit_status')} < /dev/null > out 2>&1 3>&- &
until [ -e ready ]; do sleep 0.1; done
if [ -n "$CRIU" ]; then
	echo 3000 > /proc/sys/kernel/ns_last_pid
	$CRIU dump -t 100 -D img -o dump.log --manage-cgroups=ignore && sleep 0.3 && $CRIU restore -d -D img -o restore.log --manage-cgroups=ignore || exit 9
fi
kill -TERM 100
until grep -qE 'PASS|FAIL' out; do sleep 0.1; done
cat out
`,
    );
    assert.match(String(run('sh', [file('zdtm.sh')], '').stdout), /PASS/);
    const restored = run('sh', [file('zdtm.sh')], criu.command.join(' '));
    assert.match(String(restored.stdout), /FAIL/, `${restored.stdout}${restored.stderr}`);
  });
});
