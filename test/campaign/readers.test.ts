import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotRead } from '../../src/boundary/read-file.ts';
import { openFolder } from '../../src/campaign/folder.ts';
import type { Place } from '../../src/campaign/place.ts';
import { hashPlan } from '../../src/campaign/plan.ts';
import { Results } from '../../src/campaign/results.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PLAN } from './support/plan.ts';

describe('the files of a campaign, written by others', () => {
  let folder: Folder;
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  beforeEach(async () => {
    folder = temporaryFolder();
    await openFolder(folder.path).create(PLAN);
  });
  afterEach(() => folder.remove());

  const work = async (place: Place): Promise<number[]> => {
    const done: number[] = [];
    await place.work({
      signal: new AbortController().signal,
      perform: async (unit) => {
        done.push(unit);
        return { unit, duration: 1, counts: { pass: 5 }, found: [] };
      },
    });
    return done.sort();
  };

  it('are replaced where a claim is no claim', async () => {
    for (const [i, text] of ['{', '[]', '{"attempt": {"number": 1, "strikes": {"__proto__": 3}}}', ''].entries())
      writeFileSync(at('claims', String(i)), text);
    assert.deepEqual(await work(openFolder(folder.path, { lease: 50 })), [0, 1, 2, 3]);
    assert.deepEqual(readdirSync(at('claims')), []);
  });

  it('count for nothing where a snapshot has units that the plan does not have, or negative places', async () => {
    const snapshot = JSON.parse(new Results(hashPlan(PLAN), 4).toSnapshot({}));
    for (const wrong of [{ done: '8A==' }, { read: { 'a.jsonl': -1 } }, { counts: { pass: -3 } }, { found: 1 }]) {
      writeFileSync(at('snapshot.json'), JSON.stringify({ ...snapshot, ...wrong }));
      assert.equal((await openFolder(folder.path).readResults()).done, 0);
    }
  });

  it('are not waited for where they are FIFOs', async () => {
    const fifo = (name: string): void => {
      assert.equal(spawnSync('mkfifo', [at(name)]).status, 0);
    };
    fifo('snapshot.json');
    fifo('claims/1');
    assert.deepEqual(await work(openFolder(folder.path, { lease: 50 })), [0, 1, 2, 3]);
    fifo('results/x.jsonl');
    await openFolder(folder.path).readResults();
    rmSync(at('plan.json'));
    fifo('plan.json');
    await assert.rejects(openFolder(folder.path).readPlan(), CannotRead);
  });

  it('give the same results when a log is read in parts and has characters of several bytes', async () => {
    const broken = 'é'.repeat(900_000).slice(0, 20_000);
    const line = (unit: number): string =>
      `${JSON.stringify({ unit, duration: 1, counts: { error: 5 }, found: [], broken })}\n`;
    writeFileSync(at('results/other.jsonl'), line(0));
    const place = openFolder(folder.path);
    assert.equal((await place.readResults()).done, 1);
    writeFileSync(at('results/other.jsonl'), readFileSync(at('results/other.jsonl'), 'utf8') + line(1) + line(2));
    assert.equal((await place.readResults()).done, 3);
  });
});
