/** One search on several cores, as a user starts it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM } from '../support/program.ts';

/** Half a million states: the threads are ready long before its end. */
const LONG =
  'scenario: Long\ntree: { generate: { shape: star, tasks: 4 } }\nrestart: { protocol: hardened }\nexplore: exhaustive\n';

describe('a long search on two cores', function () {
  this.timeout(300_000);
  this.slow(60_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'long.yaml': LONG });
  });
  after(() => folder.remove());

  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it('lists the outcomes, states and schedules of one core', () => {
    const list = (threads: string): string => run('outcomes', 'long.yaml', '--json', '--parallel', threads);
    assert.equal(list('2'), list('1'));
  });

  it('gives the verdict of one core', () => {
    const verdict = (...args: string[]): object => {
      run('run', 'long.yaml', '--records', 'all', '--reporter', 'json=report.json', ...args);
      const { duration: _, ...rest } = JSON.parse(readFileSync(path.join(folder.path, 'report.json'), 'utf8')).cases[0];
      return rest;
    };
    assert.deepEqual(verdict(), verdict('--parallel', '1'));
  });
});
