/** A worker of a parallel run is killed: reports name its file, the other files count, and the exit code is that of a defect. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../src/cli/exit.ts';
import { findPart } from '../kills/processes.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM, start } from '../support/program.ts';

describe('A killed worker of a parallel run', function () {
  this.timeout(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  it('is an error that names its file, beside the results of the others', async () => {
    const scenario = (name: string) =>
      `scenario: ${name}\ntree: { pid: 100, children: [{ pid: 101 }] }\nrestart: { protocol: hardened }\n`;
    folder.write('endless.yaml', `${scenario('Endless')}explore: { strategy: random, schedules: 1000000000 }\n`);
    folder.write('quick.yaml', scenario('Quick'));
    const reports = ['spec', 'json=report.json', 'junit=report.xml'].flatMap((one) => ['--reporter', one]);
    const program = start(
      process.execPath,
      [...PROGRAM, 'run', 'endless.yaml', 'quick.yaml', '--parallel', '2', ...reports],
      { cwd: folder.path },
    );
    await program.says('Quick');
    // Its file is done: what is left of the workers is at the other file, or idle.
    for (const pid of findPart('worker', program.process.pid!)) {
      process.kill(pid, 'SIGKILL');
      await sleep(10);
    }
    const { code, stdout } = await program.ended;
    assert.equal(code, EXIT.defect, stdout);
    const { cases, summary } = JSON.parse(readFileSync(path.join(folder.path, 'report.json'), 'utf8'));
    const results = cases.map(({ result, position }: { result: string; position: { file: string } }) => [
      path.basename(position.file),
      result,
    ]);
    assert.deepEqual(results.sort(), [
      ['endless.yaml', 'error'],
      ['quick.yaml', 'pass'],
    ]);
    assert.deepEqual([summary.passed, summary.errors, summary.failed], [1, 1, 0]);
    assert.match(readFileSync(path.join(folder.path, 'report.xml'), 'utf8'), /tests="2" failures="0" errors="1"/);
    assert.match(stdout, /endless\.yaml[\s\S]*SIGKILL/);
  });
});
