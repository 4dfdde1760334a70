/** A Slurm of one node, on this machine, for a test: its two daemons, with all that they write in one folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import path from 'node:path';
import { freePort, waitFor } from './campaign.ts';
import { temporaryFolder } from './folder.ts';

/** Daemons are not in the path of every user. */
const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;

export interface Slurm {
  /** What its commands need in their environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the daemons, and the jobs that still run. */
  stop(): Promise<void>;
}

/** Why there can be none here; undefined: there can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'the daemon of a node needs root';
  const missing = ['slurmctld', 'slurmd', 'sbatch'].find(
    (program) => spawnSync('which', [program], { env: { ...process.env, PATH } }).status !== 0,
  );
  return missing && `${missing} is not installed`;
}

/** Starts it, and waits until its node takes jobs. */
export async function startSlurm(): Promise<Slurm> {
  const folder = temporaryFolder();
  for (const name of ['state', 'spool']) mkdirSync(path.join(folder.path, name));
  const host = hostname().split('.')[0]!;
  const config = folder.write(
    'slurm.conf',
    `ClusterName=mktrouble
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation=${folder.path}/state
SlurmdSpoolDir=${folder.path}/spool
SlurmctldPidFile=${folder.path}/slurmctld.pid
SlurmdPidFile=${folder.path}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { ...process.env, PATH, SLURM_CONF: config };
  const daemons: readonly ChildProcess[] = ['slurmctld', 'slurmd'].map((program) =>
    spawn(program, ['-D'], { env, stdio: 'ignore' }),
  );
  const stop = async (): Promise<void> => {
    spawnSync('scancel', ['--user', 'root'], { env });
    // Each daemon ends what it has started.
    for (const daemon of daemons.toReversed()) {
      const ended = new Promise((resolve) => daemon.once('close', resolve));
      if (daemon.exitCode === null && daemon.kill('SIGTERM')) await ended;
    }
    folder.remove();
  };
  try {
    await waitFor(() => spawnSync('sinfo', ['--noheader', '-o', '%t'], { env, encoding: 'utf8' }).stdout === 'idle\n');
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}
