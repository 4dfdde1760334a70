/** Job files for schedulers that a site has already, and which part of the units a job of theirs does. */
import { quoted } from '../../reporters/shared/replay-command.ts';
import type { Share } from './place.ts';

export const SCHEDULERS = ['slurm', 'kubernetes', 'github'] as const;
export type Scheduler = (typeof SCHEDULERS)[number];

/**
 * The job file that works on a campaign in `jobs` jobs: each runs `mktrouble worker` with these `flags`, the first of which are `--at` and
 * its value, and its scheduler says which it is.
 */
export function writeJobFile(
  scheduler: Scheduler,
  jobs: number,
  flags: readonly [string, string, ...string[]],
): string {
  return FILES[scheduler](jobs, flags);
}

type Flags = Parameters<typeof writeJobFile>[2];

const FILES: Readonly<Record<Scheduler, (jobs: number, flags: Flags) => string>> = {
  slurm: (jobs, flags) => `#!/bin/sh
# Submit it with sbatch, from the working folder of the campaign, which every node sees.
#SBATCH --job-name=mktrouble
#SBATCH --array=0-${jobs - 1}
#SBATCH --requeue
npx mktrouble worker ${flags.map(quoted).join(' ')}
`,
  kubernetes: (
    jobs,
    flags,
  ) => `# kubectl apply -f; every pod sees the working folder of the campaign (the volume claim mktrouble).
apiVersion: batch/v1
kind: Job
metadata: { name: mktrouble }
spec:
  completions: ${jobs}
  parallelism: ${jobs}
  completionMode: Indexed
  backoffLimit: ${jobs * 3}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: worker
          image: node:22
          workingDir: /campaign
          command: ${JSON.stringify(['npx', 'mktrouble', 'worker', ...flags])}
          env: [{ name: JOB_COMPLETIONS, value: "${jobs}" }]
          volumeMounts: [{ name: campaign, mountPath: /campaign }]
      volumes: [{ name: campaign, persistentVolumeClaim: { claimName: mktrouble } }]
`,
  github: (
    jobs,
    flags,
  ) => `# Jobs share no disk: each does its part of the units, and the last one merges what they have found.
name: campaign
on: workflow_dispatch
jobs:
  work:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix: { index: [${Array.from({ length: jobs }, (_, i) => i).join(', ')}] }
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - run: npx mktrouble worker ${flags.map(quoted).join(' ')} --shard $(( \${{ matrix.index }} + 1 ))/${jobs}
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: "campaign-\${{ matrix.index }}", path: ${JSON.stringify(flags[1])}, include-hidden-files: true }
  results:
    needs: work
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - uses: actions/download-artifact@v4
        with: { pattern: campaign-*, path: parts }
      - run: npx mktrouble campaign results parts/*
`,
};

/** The part of the units that a job begins with, as the scheduler's variables say; undefined: this is no job of an array. A text that says what is wrong. */
export function readShare(environment: NodeJS.ProcessEnv): Share | string | undefined {
  const { SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN = '0', SLURM_ARRAY_TASK_COUNT } = environment;
  const { JOB_COMPLETION_INDEX, JOB_COMPLETIONS } = environment;
  if (SLURM_ARRAY_TASK_ID !== undefined)
    return makeShare(
      Number(SLURM_ARRAY_TASK_ID) - Number(SLURM_ARRAY_TASK_MIN),
      SLURM_ARRAY_TASK_COUNT,
      'SLURM_ARRAY_TASK',
    );
  if (JOB_COMPLETION_INDEX !== undefined && JOB_COMPLETIONS !== undefined)
    return makeShare(Number(JOB_COMPLETION_INDEX), JOB_COMPLETIONS, 'JOB_COMPLETION');
  return undefined;
}

function makeShare(index: number, count: string | undefined, name: string): Share | string {
  const of = Number(count);
  if (Number.isInteger(index) && Number.isInteger(of) && index >= 0 && index < of)
    return { index, of, isStrict: false };
  return `${name}…: job ${index} of ${count} is not a job of an array without gaps`;
}
