/** Campaigns from outside: killed at any moment, on any scheduler, on a machine that refuses. `MKTROUBLE_KILLS=50` for longer tests. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { parse } from 'yaml';
import { listChildren } from '../../src/backends/host/stopped.ts';
import { type Campaign, campaignIn, freePort, SUITE, waitFor } from '../support/campaign.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type Ended, mktrouble, PROGRAM, run } from '../support/program.ts';

const KILLS = Number(process.env['MKTROUBLE_KILLS'] ?? 6);
const SEED = process.env['MKTROUBLE_KILLS_SEED'] ?? 'campaign';
/** Seeds of a campaign that is killed: enough to be at work until the last kill. */
const SEEDS = 30 * KILLS;
describe('a campaign', function () {
  this.timeout(3_600_000);
  this.slow(60_000);
  let folder: Folder;
  let campaign: Campaign['run'];
  let plan: Campaign['plan'];
  let results: Campaign['results'];
  let expected: Record<string, unknown>;
  let undisturbed: object;
  before(async () => {
    folder = temporaryFolder({ 'suite.yaml': SUITE });
    ({ run: campaign, plan, results } = campaignIn(folder));
    await plan('alone');
    await campaign('worker', '--at', 'alone', '--quiet');
    expected = await results('alone');
    await plan('undisturbed', '--seeds', String(SEEDS));
    await campaign('worker', '--at', 'undisturbed', '--quiet');
    undisturbed = await results('undisturbed');
  });
  after(() => folder.remove());

  it('finds what one process finds, when its workers and its submitter are killed at any moment', async () => {
    await plan('killed', '--seeds', String(SEEDS));
    const random = seedrandom(SEED);
    for (let kills = 0; kills < KILLS; ) {
      const submitter = startQuietly(['campaign', 'run', '--parallel', '2', '--at', 'killed'], folder.path);
      const ended = new Promise((resolve) => submitter.on('close', resolve));
      await sleep(200 + random() * 1500);
      for (; kills < KILLS && random() < 0.8; kills++) {
        const workers = listChildren(submitter.pid!);
        kill(workers[Math.floor(random() * workers.length)]);
        await sleep(random() * 1000);
      }
      kill(submitter.pid);
      kills++;
      await ended;
    }
    const { code, stderr } = await campaign('campaign', 'run', '--parallel', '2', '--at', 'killed');
    assert.equal(code, 1, stderr);
    assert.deepEqual(await results('killed'), undisturbed);
    assert.deepEqual(
      readdirSync(path.join(folder.path, 'killed/claims')).filter((name) => /^\d+$/.test(name)),
      [],
    );
  });

  it('goes on after Ctrl-C, and ends with the same result', async () => {
    await plan('interrupted', '--seeds', String(SEEDS));
    const args = ['campaign', 'run', '--parallel', '1', '--at', 'interrupted'];
    const submitter = startQuietly(args, folder.path);
    const ended = new Promise((resolve) => submitter.on('close', resolve));
    await sleep(2500);
    submitter.kill('SIGINT');
    await ended;
    assert.equal((await campaign(...args)).code, 1);
    assert.deepEqual(await results('interrupted'), undisturbed);
  });

  describe('on Redis', () => {
    let redis: ChildProcess | undefined;
    let port = 0;
    const at = (name: string): string => `redis://127.0.0.1:${port}/0#${name}`;
    const startRedis = async (): Promise<void> => {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always'];
      redis = spawn('redis-server', [...args, '--save', '', '--dir', folder.path], { stdio: 'ignore' });
    };
    before(async function () {
      if (spawnSync('redis-server', ['--version']).status !== 0) {
        console.log('      skipped: redis-server is not installed');
        this.skip();
      }
      port = await freePort();
      await startRedis();
      await waitFor(
        () => spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout === 'PONG\n',
      );
    });
    after(() => redis?.kill('SIGKILL'));

    it('finds what one process finds, when workers and Redis are killed at any moment', async () => {
      await plan(at('killed'), '--seeds', String(SEEDS));
      const random = seedrandom(SEED);
      const worker = (): ChildProcess => startQuietly(['worker', '--quiet', '--at', at('killed')], folder.path);
      const workers = [worker(), worker()];
      for (let kills = 0; kills < KILLS; kills++) {
        await sleep(300 + random() * 1500);
        if (random() < 0.3) {
          redis!.kill('SIGKILL');
          await sleep(random() * 500);
          await startRedis();
        } else {
          const i = Math.floor(random() * 2);
          kill(workers[i]!.pid);
          workers[i] = worker();
        }
      }
      const { code, stderr } = await campaign('campaign', 'run', '--parallel', '1', '--at', at('killed'));
      for (const one of workers) kill(one.pid);
      assert.equal(code, 1, stderr);
      assert.deepEqual(await results(at('killed')), undisturbed);
    });

    it('says so when no Redis answers, or it has no such campaign', async () => {
      const { code, stderr } = await campaign('worker', '--at', `redis://127.0.0.1:${await freePort()}`);
      assert.equal(code, 2, stderr);
      const other = await campaign('campaign', 'status', '--at', at('none'));
      assert.equal(other.code, 2, other.stderr);
      for (const text of [stderr, other.stderr]) assert.doesNotMatch(text, /\n\s+at /);
    });
  });

  describe('with a plan that comes with a repository', () => {
    const MODULE = `import { writeFileSync } from 'node:fs';
writeFileSync('executed', '');
export default {};
`;
    /** A plan that a stranger committed. */
    const planted = (at: string, change: (work: Record<string, unknown>) => void): void => {
      const file = path.join(folder.path, at, 'plan.json');
      const plan = JSON.parse(readFileSync(file, 'utf8'));
      change(plan.work);
      writeFileSync(file, JSON.stringify(plan));
    };
    const executes = {
      'commands of scenarios': (work: Record<string, unknown>) => Object.assign(work, { allowCommands: true }),
      'a backend': (work: Record<string, unknown>) =>
        Object.assign(work, { projects: [{ name: 'own', backend: 'own', module: './module.mjs' }] }),
      'a plugin': (work: Record<string, unknown>) =>
        Object.assign(work, { projects: [{ name: 'native', backend: 'native', plugin: 'evil.c' }] }),
      'a property': (work: Record<string, unknown>) => Object.assign(work, { properties: ['./module.mjs'] }),
      'a fault verb': (work: Record<string, unknown>) => Object.assign(work, { faults: ['./module.mjs'] }),
      'an image editor': (work: Record<string, unknown>) => Object.assign(work, { imageEditors: ['./module.mjs'] }),
      'a program as CRIU': (work: Record<string, unknown>) =>
        Object.assign(work, { projects: [{ name: 'criu', backend: 'criu', criu: './evil' }] }),
    };

    for (const [i, [what, change]] of Object.entries(executes).entries())
      it(`executes ${what} on request only`, async () => {
        folder.write('module.mjs', MODULE);
        await plan(`planted-${i}`);
        planted(`planted-${i}`, change);
        for (const command of [['worker'], ['campaign', 'run', '--parallel', '1']]) {
          const { code, stderr } = await campaign(...command, '--at', `planted-${i}`);
          assert.equal(code, 2, stderr);
          assert.match(stderr, /--allow-commands/);
        }
        assert.equal(existsSync(path.join(folder.path, 'executed')), false);
      });

    it('is refused where it is none of this version, in any part', async () => {
      for (const [i, wrong] of [{ projects: [] }, { paths: 3 }, { timeout: 'x' }, { grep: '(' }].entries()) {
        await plan(`wrong-${i}`);
        planted(`wrong-${i}`, (work) => Object.assign(work, wrong));
        const { code, stderr } = await campaign('worker', '--at', `wrong-${i}`);
        assert.equal(code, 2, stderr);
        assert.doesNotMatch(stderr, /\n\s+at /);
      }
    });

    it('is executed with --allow-commands, and its job files have that', async () => {
      for (const scheduler of ['slurm', 'kubernetes', 'github']) {
        const file = await plan(`allowed-${scheduler}`, '--allow-commands', '--as', scheduler);
        assert.match(file, /--allow-commands/);
      }
      const { code, stderr } = await campaign('worker', '--at', 'allowed-slurm', '--quiet', '--allow-commands');
      assert.equal(code, 0, stderr);
      assert.deepEqual(await results('allowed-slurm'), { ...expected, plan: (await results('allowed-slurm')).plan });
    });
  });

  it('judges by properties of its own, and refuses to go on when their file has changed', async () => {
    const property = (message: string): string => `export default {
  contract: 1, name: 'never-ends', statement: 'No run ends.', hint: 'It cannot hold.',
  check: () => [{ message: ${JSON.stringify(message)} }],
};
`;
    folder.write('never.mjs', property('it has ended'));
    await plan('judged', '--seeds', '2', '--property', './never.mjs');
    assert.equal((await campaign('worker', '--at', 'judged', '--quiet')).code, 2);
    const { code, stderr } = await campaign('worker', '--at', 'judged', '--quiet', '--allow-commands');
    assert.equal(code, 0, stderr);
    const found = (await results('judged'))['findings'] as readonly { readonly signature: object }[];
    assert.ok(
      found.some(({ signature }) => JSON.stringify(signature).includes('never-ends')),
      JSON.stringify(found),
    );
    await plan('changed', '--property', './never.mjs');
    folder.write('never.mjs', property('it has ended too'));
    const after = await campaign('worker', '--at', 'changed', '--quiet', '--allow-commands');
    assert.equal(after.code, 2, after.stderr);
    assert.match(after.stderr, /never\.mjs/);
  });

  describe('as jobs', () => {
    const inShell = (command: string, env: Readonly<Record<string, string>>, cwd = folder.path): Promise<Ended> => {
      const program = [process.execPath, ...PROGRAM].map((word) => `'${word}'`).join(' ');
      return run('sh', ['-c', command.replaceAll('npx mktrouble', program)], { cwd, env });
    };

    it('of a Slurm array, by its variables', async () => {
      const file = await plan('slurm', '--as', 'slurm', '--jobs', '3');
      const [, last] = /--array=0-(\d+)/.exec(file)!;
      const jobs = Array.from({ length: Number(last) + 1 }, (_, i) =>
        inShell(file, { SLURM_ARRAY_TASK_ID: String(i), SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '3' }),
      );
      for (const { code, stderr } of await Promise.all(jobs)) assert.equal(code, 0, stderr);
      assert.deepEqual(await results('slurm'), expected);
    });

    it('of an indexed job of Kubernetes, by the command and variables of its container', async () => {
      const { spec } = parse(await plan('kubernetes', '--as', 'kubernetes', '--jobs', '2'));
      const [{ command, env }] = spec.template.spec.containers;
      const given = Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
      for (let i = 0; i < spec.completions; i++) {
        const { code, stderr } = await inShell(command.join(' '), { ...given, JOB_COMPLETION_INDEX: String(i) });
        assert.equal(code, 0, stderr);
      }
      assert.deepEqual(await results('kubernetes'), expected);
    });

    it('of a GitHub matrix, which share no disk: their parts are merged', async () => {
      const { jobs } = parse(await plan('github', '--as', 'github', '--jobs', '2'));
      const command: string = jobs.work.steps.find(({ run }: { run?: string }) => run?.includes('worker')).run;
      for (const index of jobs.work.strategy.matrix.index) {
        const clone = path.join(folder.path, `clone-${index}`);
        mkdirSync(clone);
        for (const name of ['suite.yaml', 'github'])
          cpSync(path.join(folder.path, name), path.join(clone, name), { recursive: true });
        const { code, stderr } = await inShell(command.replace(/\$\{\{.*?\}\}/, String(index)), {}, clone);
        assert.equal(code, 0, stderr);
      }
      assert.deepEqual(await results('clone-0/github', 'clone-1/github'), expected);
      // Twice the same part changes nothing.
      assert.deepEqual(await results('clone-0/github', 'clone-1/github', 'clone-0/github'), expected);
    });
  });

  describe('where the machine refuses', () => {
    const refused = ({ code, stderr }: Ended): void => {
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^mktrouble: /);
      assert.doesNotMatch(stderr, /\n\s+at /);
    };

    it('a disk that is full: exit code 2, and what is stored is whole', async function () {
      const script = `mount -t tmpfs -o size=200k tmpfs "$1" && shift && cp -r full-plan/. disk/ && { head -c 1000000 /dev/zero > disk/fill 2> /dev/null; "$0" "$@" worker --quiet --at disk; code=$?; rm disk/fill; "$0" "$@" campaign status --at disk; exit $code; }`;
      if (spawnSync('unshare', ['-m', 'true']).status !== 0) {
        console.log('      skipped: there can be no mount namespace here');
        this.skip();
      }
      await plan('full-plan');
      mkdirSync(path.join(folder.path, 'disk'));
      const ended = await run('unshare', ['-m', 'sh', '-c', script, process.execPath, 'disk', ...PROGRAM], {
        cwd: folder.path,
      });
      refused(ended);
      assert.match(ended.stdout, /^0 of /);
    });

    it('a folder that is read-only, or of another user', async function () {
      if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0) {
        console.log('      skipped: only root with setpriv can become another user');
        this.skip();
      }
      await plan('closed');
      spawnSync('chmod', ['-R', 'a+rX', folder.path]);
      const args = [
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        process.execPath,
        ...PROGRAM,
        'worker',
        '--at',
        'closed',
      ];
      refused(await run('setpriv', args, { cwd: folder.path, env: { HOME: '/dev/null/none' } }));
    });

    it('no home, no folder for temporary files: it works', async () => {
      await plan('bare');
      const script = `unset HOME; TMPDIR=/dev/null/none; export TMPDIR; "$0" "$@" worker --quiet --at bare`;
      const { code, stderr } = await run('sh', ['-c', script, process.execPath, ...PROGRAM], { cwd: folder.path });
      assert.equal(code, 0, stderr);
      assert.deepEqual(await results('bare'), expected);
    });

    it('too few file handles', async () => {
      const script = 'ulimit -n 40; "$0" "$@" worker --quiet --at alone';
      refused(await run('sh', ['-c', script, process.execPath, ...PROGRAM], { cwd: folder.path }));
    });

    it('a scenario that was changed since the plan', async () => {
      const other = temporaryFolder({ 'suite.yaml': `${SUITE}# changed\n` });
      try {
        cpSync(path.join(folder.path, 'alone'), path.join(other.path, 'alone'), { recursive: true });
        refused(await mktrouble(['worker', '--at', 'alone'], { cwd: other.path }));
      } finally {
        other.remove();
      }
    });

    it('a page of the progress, and one that cannot be written', async () => {
      const page = path.join(folder.path, 'page.html');
      const args = ['campaign', 'status', '--at', 'alone', '--html'];
      assert.equal((await campaign(...args, page)).code, 0);
      assert.match(readFileSync(page, 'utf8'), /complete[\s\S]*no-kernel-defect/);
      writeFileSync(path.join(folder.path, 'file'), '');
      refused(await campaign(...args, 'file/page.html'));
    });
  });
});

function startQuietly(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [...PROGRAM, ...args], { cwd, stdio: 'ignore' });
}

/** It may have ended meanwhile. */
function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {}
}
