/** The last runs of a project, and their findings by number. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const scenario = (name: string, coordinator: string, root = 100) => `scenario: ${name}
tree: { pid: ${root}, children: [{ pid: 201 }] }
restart: { protocol: hardened }
expect: { coordinator: ${coordinator} }
`;

describe('mktrouble history', function () {
  this.timeout(60_000);
  this.slow(5_000);
  let folder: Folder;
  before(async () => {
    folder = temporaryFolder({
      'a.yaml': [scenario('First', 'ok'), scenario('Second', 'EBUSY'), scenario('Third', 'EIO', 101)].join('---\n'),
    });
    assert.equal((await run('run', 'a.yaml')).code, EXIT.finding);
  });
  after(() => folder.remove());
  const run = (...args: string[]) => mktrouble(args, { cwd: folder.path });

  it('lists the runs, with what each found that the one before had not', async () => {
    folder.write('b.yaml', scenario('Second', 'ok'));
    await run('run', 'b.yaml');
    const { code, stdout } = await run('history', '--json');
    assert.equal(code, EXIT.ok);
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      runs.map(({ number, passed, failed, findings }) => [number, passed, failed, findings.length]),
      [
        [1, 1, 2, 2],
        [2, 1, 0, 0],
      ],
    );
    const text = (await run('history')).stdout;
    assert.match(text, /-2 findings/);
    assert.match((await run('history', '1')).stdout, /Second[\s\S]*Third/);
    assert.equal((await run('history', '7')).code, EXIT.input);
    await run('run', 'a.yaml');
  });

  it('show and replay take the number that the report of the last run gives a finding, show also none', async () => {
    const { stdout } = await run('run', 'a.yaml');
    assert.match(stdout, /1\) a\.yaml:\d+ +Second[\s\S]*2\) a\.yaml:\d+ +Third/);
    for (const args of [
      ['show', '2'],
      ['replay', '2'],
    ])
      assert.match((await run(...args)).stdout, /Third|coordinator 1 +returned/);
    assert.match((await run('show', '2')).stdout, /^Third/m);
    assert.match((await run('show', '--last')).stdout, /^Second/m);
    assert.equal((await run('replay', '1')).code, EXIT.finding);
    assert.equal((await run('show', '3')).code, EXIT.input);
  });

  it('a damaged history is begun anew, and harms no run', async () => {
    const file = path.join(folder.path, '.mktrouble/history.json');
    for (const text of ['{', '{"version":1,"runs":[],"cases":{"x":1}}', '[]']) {
      folder.write('.mktrouble/history.json', text);
      assert.equal((await run('run', 'b.yaml')).code, EXIT.ok);
      assert.equal(JSON.parse(readFileSync(file, 'utf8')).runs.length, 1);
    }
  });

  it('is in the folder of the replay files', async () => {
    await run('run', 'b.yaml', '--replays', 'elsewhere');
    assert.ok(existsSync(path.join(folder.path, 'elsewhere/history.json')));
  });
});
