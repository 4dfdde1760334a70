import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { readShare, SCHEDULERS, writeJobFile } from '../../src/campaign/jobs.ts';

describe('job files', () => {
  it('run one worker in each job', () => {
    for (const scheduler of SCHEDULERS) {
      const text = writeJobFile(scheduler, 3, ['--at', 'a folder/c']);
      assert.match(text, /mktrouble"?,? ?"?worker/);
      assert.match(text, /a folder\/c/);
    }
    const kubernetes = parse(writeJobFile('kubernetes', 3, ['--at', 'c']));
    assert.deepEqual([kubernetes.spec.completions, kubernetes.spec.completionMode], [3, 'Indexed']);
    assert.deepEqual(parse(writeJobFile('github', 3, ['--at', 'c'])).jobs.work.strategy.matrix.index, [0, 1, 2]);
    assert.match(writeJobFile('slurm', 3, ['--at', 'c']), /^#SBATCH --array=0-2$/m);
  });

  it('name the part of a job by the variables of Slurm and Kubernetes', () => {
    const share = (index: number, of: number) => ({ index, of, isStrict: false });
    assert.equal(readShare({}), undefined);
    const slurm = { SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '4' };
    assert.deepEqual(readShare({ ...slurm, SLURM_ARRAY_TASK_ID: '4' }), share(3, 4));
    assert.deepEqual(readShare({ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '2' }), share(0, 2));
    assert.equal(typeof readShare({ ...slurm, SLURM_ARRAY_TASK_ID: '9' }), 'string');
    assert.equal(typeof readShare({ SLURM_ARRAY_TASK_ID: '0' }), 'string');
  });
});
