/** Too little memory is a verdict or bad input, never the end of the process: with a heap that is small on purpose. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { EXIT } from '../../src/boundary/exit-code.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/src/cli/bin.js');
const SEARCHED = `tree: { generate: { shape: star, tasks: 6 } }
restart: { protocol: hardened }
explore: exhaustive
`;

describe('with little memory', function () {
  this.timeout(600_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({});
    for (let i = 0; i < 24; i++)
      folder.write(`large/${i}.yaml`, `scenario: Large ${i}\ntree: { generate: { shape: star, tasks: 200000 } }\n`);
    for (let i = 0; i < 3; i++) folder.write(`searched/${i}.yaml`, `scenario: Searched ${i}\n${SEARCHED}`);
    folder.write(
      'one/a.yaml',
      'scenario: One\ntree: { generate: { shape: star, tasks: 60000 } }\nexpect: { coordinator: EINVAL }\n',
    );
  });
  after(() => folder.remove());

  const run = (mebibytes: number, ...args: string[]) => {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [`--max-old-space-size=${mebibytes}`, PROGRAM, ...args],
      { cwd: folder.path, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    return { status, signal, text: stdout + stderr };
  };

  it('24 small files with large trees are refused together, with the file that did not fit', () => {
    for (const args of [
      ['run', 'large'],
      ['run', 'large', '--parallel', '2'],
      ['list', 'large'],
      ['lint', 'large'],
    ]) {
      const { status, text } = run(600, ...args);
      assert.equal(status, EXIT.input, text.slice(-2000));
      assert.match(text, /large.\d+\.yaml:\d+:\d+: error/);
    }
  });

  it('searches are stopped, and the run is incomplete', () => {
    const { status, text } = run(4000, 'run', 'searched', '--max-memory', '60M');
    assert.equal(status, EXIT.incomplete, text.slice(-2000));
    assert.match(text, /3 incomplete/);
  });

  it('one large run is stopped when its record does not fit', () => {
    const { status, signal, text } = run(150, 'run', 'one');
    assert.equal(signal, null, text.slice(-2000));
    assert.ok(status === EXIT.incomplete || status === EXIT.finding, `${status}: ${text.slice(-2000)}`);
  });
});
