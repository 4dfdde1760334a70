/** A campaign as an array of jobs of a real Slurm. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { type Campaign, campaignIn, SUITE, waitFor } from '../support/campaign.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM } from '../support/program.ts';
import { type Slurm, startSlurm, whyNoSlurm } from '../support/slurm.ts';

describe('a campaign as an array of jobs of Slurm', function () {
  this.timeout(600_000);
  this.slow(60_000);
  let folder: Folder;
  let campaign: Campaign;
  let slurm: Slurm | undefined;
  before(async function () {
    const reason = whyNoSlurm();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    folder = temporaryFolder({ 'suite.yaml': SUITE });
    campaign = campaignIn(folder);
    slurm = await startSlurm();
  });
  after(async () => {
    await slurm?.stop();
    folder?.remove();
  });

  /** Plans a campaign, and writes its job file. */
  const plan = async (at: string, ...more: string[]): Promise<void> => {
    const file = await campaign.plan(at, '--as', 'slurm', '--jobs', '2', ...more);
    const program = [process.execPath, ...PROGRAM].map((word) => `'${word}'`).join(' ');
    folder.write(`${at}.sh`, file.replaceAll('npx mktrouble', program));
  };
  /** The same campaign by one worker. */
  const expected = async (at: string, ...more: string[]): Promise<object> => {
    await campaign.plan(at, ...more);
    await campaign.run('worker', '--at', at, '--quiet');
    return campaign.results(at);
  };
  const execute = (command: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: folder.path,
      env: slurm!.env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it('has the results of one worker', async () => {
    await plan('array');
    execute('sbatch', '--wait', 'array.sh');
    assert.deepEqual(await campaign.results('array'), await expected('one-worker'));
  });

  it('has them, too, when a job was killed while it worked, and the array is submitted again', async () => {
    const more = ['--seeds', '150'];
    await plan('killed', ...more);
    const jobs = spawn('sbatch', ['--wait', 'killed.sh'], { cwd: folder.path, env: slurm!.env, stdio: 'ignore' });
    const ended = new Promise((resolve) => jobs.once('close', resolve));
    const listed = (): readonly string[] =>
      execute('squeue', '--noheader', '--array', '--states', 'running', '-o', '%i').split('\n').filter(Boolean);
    await waitFor(() => listed().length > 0);
    execute('scancel', '--signal', 'KILL', '--full', listed()[0]!);
    await ended;
    execute('sbatch', '--wait', 'killed.sh');
    assert.deepEqual(await campaign.results('killed'), await expected('undisturbed', ...more));
  });
});
