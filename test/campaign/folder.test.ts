import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CampaignError } from '../../src/campaign/campaign-error.ts';
import { openFolder } from '../../src/campaign/folder.ts';
import type { Place } from '../../src/campaign/place.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PLAN } from './support/plan.ts';

describe('a campaign in a folder', function () {
  this.timeout(240_000);
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const work = async (place: Place, done: number[], more: object = {}): Promise<void> => {
    await place.work({
      signal: new AbortController().signal,
      perform: async (unit) => {
        done.push(unit);
        return { unit, duration: 1, counts: { pass: 5 }, found: [] };
      },
      ...more,
    });
  };

  it('is done once by several workers, and leaves no claim', async () => {
    await openFolder(folder.path).create(PLAN);
    const done: number[] = [];
    await Promise.all([1, 2, 3].map(() => work(openFolder(folder.path), done)));
    assert.deepEqual(done.sort(), [0, 1, 2, 3]);
    const place = openFolder(folder.path);
    assert.equal((await place.readResults()).counts.pass, 20);
    assert.deepEqual(readdirSync(path.join(folder.path, 'claims')), []);
  });

  it('is planned once: the same plan again changes nothing, another is refused', async () => {
    await openFolder(folder.path).create(PLAN);
    await work(openFolder(folder.path), []);
    await openFolder(folder.path).create(PLAN);
    assert.equal((await openFolder(folder.path).readResults()).done, 4);
    await assert.rejects(openFolder(folder.path).create({ ...PLAN, firstSeed: 1 }), CampaignError);
  });

  it('says when there is none, and when its plan is damaged', async () => {
    await assert.rejects(openFolder(folder.path).readPlan(), CampaignError);
    folder.write('plan.json', '{');
    await assert.rejects(openFolder(folder.path).readPlan(), CampaignError);
  });

  it('gives a strict part its own units only, any other worker all', async () => {
    await openFolder(folder.path).create(PLAN);
    const done: number[] = [];
    await work(openFolder(folder.path), done, { share: { index: 1, of: 3, isStrict: true } });
    assert.deepEqual(done, [1]);
    await work(openFolder(folder.path), done, { share: { index: 2, of: 3, isStrict: false } });
    assert.deepEqual(done, [1, 2, 3, 0]);
  });

  it('takes over the claim of a worker that has stalled on another machine, whatever its clock says', async () => {
    await openFolder(folder.path).create(PLAN);
    mkdirSync(path.join(folder.path, 'claims'), { recursive: true });
    const claim = { worker: 'elsewhere', system: 'elsewhere', pid: 1, attempt: { number: 1, strikes: {} } };
    writeFileSync(path.join(folder.path, 'claims/2'), JSON.stringify(claim));
    const done: number[] = [];
    await work(openFolder(folder.path, { lease: 100 }), done);
    assert.deepEqual(done.sort(), [0, 1, 2, 3]);
  });

  it('loses one run to a run that ends its worker, after three of them', async () => {
    await openFolder(folder.path).create(PLAN);
    const worker = path.join(import.meta.dirname, 'support/worker.ts');
    const signals: (string | null)[] = [];
    for (let i = 0; i < 10 && (await openFolder(folder.path).readResults()).done < 4; i++)
      signals.push(spawnSync(process.execPath, ['--import', 'tsx', worker, folder.path, '60000']).signal);
    assert.deepEqual(signals, ['SIGKILL', 'SIGKILL', 'SIGKILL', null]);
    const { counts, done } = await openFolder(folder.path).readResults();
    assert.deepEqual([done, counts.pass, counts.error], [4, 19, 1]);
  });
});
