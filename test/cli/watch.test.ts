import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Reach } from '../../src/cli/watch/affected.ts';
import { watchChanges } from '../../src/cli/watch/changes.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM, type RunningProgram, start } from '../support/program.ts';

const scenario = (title: string) => `scenario: ${title}\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n`;

describe('mktrouble run --watch', function () {
  this.timeout(60_000);
  let folder: Folder;
  let watching: RunningProgram | undefined;
  beforeEach(() => {
    folder = temporaryFolder({ 'scenarios/a.yaml': scenario('First A'), 'scenarios/b.yaml': scenario('First B') });
  });
  afterEach(async () => {
    watching?.process.kill('SIGINT');
    await watching?.ended;
    watching = undefined;
    folder.remove();
  });
  const at = (name: string) => path.join(folder.path, name);
  const save = (name: string, text: string) => writeFileSync(at(name), text);

  it('runs what was saved, and nothing else, soon', async function () {
    // How long it takes is measured, on a machine that may have much else to do.
    this.retries(2);
    watching = start(process.execPath, [...PROGRAM, 'run', '--watch'], { cwd: folder.path });
    await watching.says('watching scenarios');
    const times: number[] = [];
    for (const title of ['Saved once', 'Saved twice', 'Saved three times']) {
      const begun = performance.now();
      save('scenarios/a.yaml', scenario(title));
      await watching.says(title);
      times.push(performance.now() - begun);
      await watching.says(`${title}`);
    }
    // The least of three: what others do on this machine is not measured.
    assert.ok(Math.min(...times) < 300, `${times.map(Math.round).join(', ')} ms`);
    save('scenarios/new.yaml', scenario('A new one'));
    await watching.says('A new one');
    watching.process.kill('SIGINT');
    const { code, stdout, stderr } = await watching.ended;
    assert.equal(code, 130, stderr);
    assert.equal(stdout.split('First B').length - 1, 1, 'b.yaml was not saved, and ran once');
  });

  it('says what is wrong with what was saved, and goes on', async () => {
    watching = start(process.execPath, [...PROGRAM, 'run', 'scenarios/a.yaml', '--watch'], { cwd: folder.path });
    await watching.says('watching scenarios/a.yaml');
    save('scenarios/a.yaml', 'scenario: Broken\ntree: { pid: x }\n');
    save('scenarios/b.yaml', scenario('Not watched'));
    await new Promise<void>((resolve) => {
      watching!.process.stderr!.on('data', (text) => String(text).includes('a.yaml:2') && resolve());
    });
    save('scenarios/a.yaml', scenario('Mended'));
    await watching.says('Mended');
    watching.process.kill('SIGINT');
    assert.doesNotMatch((await watching.ended).stdout, /Not watched/);
  });
});

describe('what a saved file affects', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'src/protocol/ghost.ts': 'export function* doGhostTask(current: number) {}\nfunction helper() {}\n',
      'src/protocol/errno.ts': 'export const EPERM = 1;\n',
      'src/properties/index.ts': 'export function judge() {}\n',
    });
  });
  after(() => folder.remove());

  it('is every scenario that reached a function of it; of what is no protocol, all', () => {
    const reach = new Reach();
    const covering = (name: string, reached: boolean) =>
      ({ coverage: { points: [], branches: [], steps: [{ name, reached }] } }) as unknown as Verdict;
    reach.add('ghosts.yaml', covering('doGhostTask: prepareToWait ghostq', true));
    reach.add('plain.yaml', covering('doGhostTask: prepareToWait ghostq', false));
    const all = ['ghosts.yaml', 'plain.yaml', 'never-run.yaml'];
    const affected = (file: string) => reach.affected(path.join(folder.path, 'src', file), all);
    assert.deepEqual(affected('protocol/ghost.ts'), ['ghosts.yaml', 'never-run.yaml']);
    assert.deepEqual(affected('protocol/errno.ts'), all);
    assert.deepEqual(affected('properties/index.ts'), all);
  });

  it('reports a file once that is saved in several writes, and a file that replaces it', async () => {
    mkdirSync(path.join(folder.path, 'deep'));
    const changes = await watchChanges([folder.path], (file) => file.endsWith('.yaml'));
    const file = path.join(folder.path, 'deep/x.yaml');
    for (const text of ['', 'a', 'ab']) writeFileSync(file, text);
    writeFileSync(path.join(folder.path, 'deep/x.txt'), 'no matter');
    assert.deepEqual([...(await changes.next())!], [file]);
    const next = changes.next();
    changes.close();
    assert.equal(await next, undefined);
    assert.equal(await changes.next(), undefined);
  });
});
