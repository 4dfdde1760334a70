import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';

const FINDINGS = path.join(ROOT, 'docs/findings');

describe('mktrouble show', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'no.replay.yaml': 'version: 1\n' });
  });
  after(() => folder.remove());
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', ...args]));

  it('prints the story where there is no terminal, with every stretch and the command that replays', async () => {
    const file = path.join(FINDINGS, readdirSync(FINDINGS).sort()[0]!);
    const shown = await command('show', file);
    assert.equal(shown.result, EXIT.ok);
    assert.match(shown.stdout, /here: no-kernel-defect/);
    assert.ok(shown.stdout.includes(`mktrouble replay ${file}`));
    assert.doesNotMatch(shown.stdout, /… \d+ steps? …/, 'nothing is left out');
  });

  it('a file that is none, or not there, is bad input', async () => {
    for (const name of ['no.replay.yaml', 'nowhere.replay.yaml']) {
      const { result, stderr } = await command('show', path.join(folder.path, name));
      assert.equal(result, EXIT.input);
      assert.match(stderr, new RegExp(name));
    }
  });
});
