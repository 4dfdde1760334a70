/** Exported reproducers for container runtimes, as a reader of a bug report runs them: where the runtime and CRIU are installed, and no mktrouble. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { skipWithout } from '../support/available.ts';
import { faultOfMachine } from '../support/criu-fault.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { asInstalled, findUnpackedRuntime } from '../support/installed-runtime.ts';
import { PROGRAM } from '../support/program.ts';

const SHOWS = 'A restore that fails leaves the cgroup and the state folder of crun';

/** crun restores it with all that its processes have, and leaves nothing. */
const HEALTHY = `scenario: A round trip of crun leaves nothing
tree: { pid: 100, children: [{ pid: 101 }] }
runtime: { name: crun, settings: [oom-score, limit, ignored-signal] }
expect:
  coordinator: ok
  may-violate: [restored-container-matches-checkpoint, container-continues-after-restore, deleted-containers-leave-nothing]
`;

describe('an exported reproducer for a container runtime', function () {
  this.timeout(240_000);
  this.slow(60_000);
  let folder: Folder;
  let tree: string;
  let criu: string;

  before(async function () {
    const backend = await openBackend('oci');
    await skipWithout(backend, this, 'crun');
    await backend.dispose();
    const [runtime, found] = [await findUnpackedRuntime('crun'), await locateCriu()];
    if (!runtime || typeof found === 'string') {
      console.log(`      skipped: ${typeof found === 'string' ? found : 'no crun is unpacked'}`);
      return this.skip();
    }
    tree = runtime.folder;
    const settings = Object.entries(await faultOfMachine()).map(([name, value]) => `${name}=${value}`);
    criu = ['env', ...settings, ...found.command].join(' ');
    folder = temporaryFolder({ 'healthy.yaml': HEALTHY });
  });
  after(() => folder?.remove());

  const exportTo = (finding: string, name: string): string => {
    const file = path.join(folder.path, name);
    const args = [...PROGRAM, 'export', finding, '--as', 'sh', '--out', file];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, EXIT.ok, stderr);
    return file;
  };
  const run = (file: string, environment: NodeJS.ProcessEnv = {}): ReturnType<typeof spawnSync> => {
    const [command, ...words] = asInstalled(tree, 'sh', file);
    return spawnSync(command!, words, { env: { ...process.env, CRIU: criu, ...environment }, encoding: 'utf8' });
  };
  const listCgroups = (): string =>
    spawnSync('find', ['/sys/fs/cgroup', '-name', 'repro.*'], { encoding: 'utf8' }).stdout;

  it('shows the defect, and leaves nothing', () => {
    const page = readFileSync('docs/runtime-findings.md', 'utf8');
    const [, number] = new RegExp(`^## (\\d+)\\. ${SHOWS} `, 'm').exec(page)!;
    const file = exportTo(`docs/runtime-findings.md#${number}`, 'shows.sh');
    const { status, stdout, stderr } = run(file);
    assert.equal(status, 1, `${stdout}${stderr}`);
    assert.match(String(stdout), /SHOWN: the failed restore has left this\n(.*\n)*\/run\/crun\/one\n/);
    assert.equal(listCgroups(), '');
    assert.equal(existsSync('/run/w'), false);
  });

  it('shows a defect that is behind a system call of the runtime itself', () => {
    const page = readFileSync('docs/runtime-findings.md', 'utf8');
    const [, number] = /^## (\d+)\. .* cannot read its own state after a checkpoint /m.exec(page)!;
    const { status, stdout, stderr } = run(exportTo(`docs/runtime-findings.md#${number}`, 'own-call.sh'));
    assert.equal(status, 1, `${stdout}${stderr}`);
  });

  it('ends with 0 where nothing is wrong, and with 125 where there is no CRIU or no runtime', () => {
    const file = exportTo(path.join(folder.path, 'healthy.yaml'), 'healthy.sh');
    const { status, stdout, stderr } = run(file);
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(String(stdout), /NOT SHOWN/);
    assert.equal(run(file, { CRIU: '/dev/null/none' }).status, 125);
    assert.equal(run(file, { CRUN: '/dev/null/none' }).status, 125);
  });
});
