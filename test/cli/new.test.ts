import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { templateNames } from '../../src/cli/commands/new.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { loadScenarios } from '../../src/index.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('mktrouble new', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', ...args]));
  const at = (name: string) => path.join(folder.path, name);

  it('lists its templates, each with what it is about', async () => {
    const { result, stdout } = await command('new');
    assert.equal(result, EXIT.ok);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)[0]),
      templateNames(),
    );
    for (const line of lines) assert.match(line, /^\S+ {2,}\S.*\S$/);
  });

  for (const name of templateNames()) {
    it(`${name} is a scenario without mistakes, and passes`, async () => {
      const file = at(`${name}.yaml`);
      assert.equal((await command('new', name, file)).result, EXIT.ok);
      const { cases, diagnostics } = loadScenarios([file], KNOWN_NAMES);
      assert.deepEqual(diagnostics, []);
      const backend = await openBackend('simulated');
      for (const c of cases) {
        const { status, violations } = await runCase(c, { backend });
        assert.equal(status, 'pass', JSON.stringify(violations));
      }
      await backend.dispose();
    });
  }

  it('never overwrites', async () => {
    const file = at('mine/kept.yaml');
    await command('new', 'kill', file);
    const text = readFileSync(file, 'utf8');
    const { result, stderr } = await command('new', 'signal', file);
    assert.equal(result, EXIT.input);
    assert.match(stderr, /never overwritten/);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('names the schema as it is reached from where the file lies', async () => {
    mkdirSync(at('project/node_modules/mktrouble'), { recursive: true });
    await command('new', 'kill', at('project/scenarios/deep/kill.yaml'));
    const text = readFileSync(at('project/scenarios/deep/kill.yaml'), 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=\.\.\/\.\.\/node_modules\/mktrouble\/schema\/\S+\n/);
    assert.match((await command('new', 'kill', '-')).stdout, /^# yaml-language-server: \$schema=schema\/\S+\n/);
  });

  it('knows the nearest template', async () => {
    const { result, stderr } = await command('new', 'sginal');
    assert.equal(result, EXIT.input);
    assert.match(stderr, /signal/);
  });
});
