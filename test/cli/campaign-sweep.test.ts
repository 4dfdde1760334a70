/** A sweep as a campaign. Skipped, with the reason, where CRIU cannot run. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { CampaignError } from '../../src/campaign/campaign-error.ts';
import { type Plan, Units } from '../../src/campaign/plan.ts';
import type { UnitResult } from '../../src/campaign/results.ts';
import { openSweepWork, planSweep } from '../../src/cli/campaign/sweep-work.ts';
import { executedBy, performUnit } from '../../src/cli/campaign/work.ts';
import { skipWhereNone } from '../support/available.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const UNIT_TIME = 2_000;
/** Runs of the test. */
const RUNS = 6;

describe('a sweep as a campaign', function () {
  this.timeout(240_000);
  let folder: Folder;
  let plan: Plan;
  before(async function () {
    await skipWhereNone(() => criu(), this, 'criu system calls that fail');
    folder = temporaryFolder({ 'a.yaml': 'scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\ncriu: {}\n' });
    const scenario = path.join(folder.path, 'a.yaml');
    plan = await planSweep({ scenario, allowCommands: false, outcomes: ['SIGKILL'], of: 'restore' }, UNIT_TIME);
  });
  after(() => folder?.remove());

  /** The result of the first unit of a plan, without what no two runs have in common. */
  const doFirst = async (planned: Plan): Promise<Omit<UnitResult, 'duration'>> => {
    const work = await openSweepWork(planned, folder.path);
    try {
      const hold = {
        signal: new AbortController().signal,
        attempt: { number: 1, strikes: {} },
        mark: async () => {},
      };
      const { duration: _, ...result } = (await performUnit(work, planned, new Units(planned), 0, hold))!;
      return result;
    } finally {
      await work.dispose();
    }
  };

  it('has the system calls of the run that was looked at, in units', () => {
    const calls = plan.work['calls'] as readonly { readonly of: string }[];
    assert.ok(calls.length > 100 && calls.every(({ of }) => of === 'restore'));
    const units = new Units(plan);
    assert.equal(units.runs, calls.length);
    assert.equal(units.size(0), RUNS);
    assert.deepEqual(
      Object.keys(plan.files)
        .map((file) => path.basename(file))
        .sort(),
      ['a.yaml'],
    );
  });

  it('executes a program as CRIU on request only', async () => {
    assert.deepEqual(await executedBy(plan), []);
    assert.equal((await executedBy({ ...plan, work: { ...plan.work, criu: './evil' } })).length, 1);
  });

  it('finds the same when a unit is done twice, in calls from all regions', async () => {
    const first = await doFirst(plan);
    assert.equal(
      Object.values(first.counts).reduce((sum, count) => sum + count, 0),
      RUNS,
    );
    assert.equal(first.counts.error, undefined, first.broken);
    const again = await doFirst(plan);
    const without = ({ found, ...rest }: typeof first) => ({ ...rest, found: found.map(({ file: _, ...one }) => one) });
    assert.deepEqual(without(again), without(first));
  });

  it('is refused where its outcomes are others, or its plan is none of this version', async () => {
    await assert.rejects(openSweepWork({ ...plan, groups: [{ ...plan.groups[0]!, runs: 3 }] }, '.'), CampaignError);
    await assert.rejects(openSweepWork({ ...plan, work: {} }, '.'), CampaignError);
    await assert.rejects(
      planSweep({ scenario: 'none.yaml', allowCommands: false, outcomes: ['short'] }, 1),
      CampaignError,
    );
  });
});
