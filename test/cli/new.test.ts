import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { templateNames } from '../../src/cli/templates/shipped.ts';
import { loadScenarios } from '../../src/index.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { capture } from '../support/capture.ts';
import { exampleFiles } from '../support/examples.ts';
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

  describe('with a template of one’s own', () => {
    const OWN = `export default { contract: 1, name: 'mine', about: 'Mine.', make: () => 'scenario: Mine\\ntree: { pid: 100 }' };\n`;
    const text = (was: string, is: string) => {
      assert.ok(OWN.includes(was), was);
      return OWN.replace(was, is);
    };
    let project: Folder;
    let cwd: string;
    before(() => {
      project = temporaryFolder({
        ...exampleFiles('template'),
        'mine.mjs': OWN,
        'other-contract.mjs': text('contract: 1', 'contract: 9'),
        'no-name.mjs': text("name: 'mine',", ''),
        'taken.mjs': text("'mine'", "'kill'"),
        'no-about.mjs': text("about: 'Mine.',", ''),
        'no-make.mjs': text('make:', 'makes:'),
        'throws.mjs': text("'scenario: Mine\\ntree: { pid: 100 }'", 'null.x'),
        'no-text.mjs': text("'scenario: Mine\\ntree: { pid: 100 }'", '1'),
        'wrong.mjs': text('tree: { pid: 100 }', 'trea: { pid: 100 }'),
      });
      cwd = process.cwd();
      process.chdir(project.path);
    });
    after(() => {
      process.chdir(cwd);
      project.remove();
    });

    it('by its file: the scenario is written, has no mistakes, and passes', async () => {
      assert.equal((await command('new', './service.ts')).result, EXIT.ok);
      const { cases, diagnostics } = loadScenarios(['scenarios/service.yaml'], KNOWN_NAMES);
      assert.deepEqual([diagnostics, cases.length], [[], 1]);
      const backend = await openBackend('simulated');
      assert.equal((await runCase(cases[0]!, { backend })).status, 'pass');
      await backend.dispose();
    });

    it('by its name in the configuration: it is listed, and the nearest name is known', async () => {
      project.write('mktrouble.config.yaml', 'templates: [./mine.mjs, ./service.ts]\n');
      try {
        assert.match((await command('new')).stdout, /^mine +Mine\.\nservice +A service/m);
        assert.match((await command('new', 'mine', '-')).stdout, /^scenario: Mine\ntree: \{ pid: 100 \}\n$/m);
        const near = await command('new', 'servise');
        assert.deepEqual([near.result, /did you mean service\?/.test(near.stderr)], [EXIT.input, true]);
        project.write('mktrouble.config.yaml', 'templates: [./mine.mjs, ./mine.mjs]\n');
        const twice = await command('new');
        assert.deepEqual([twice.result, /two templates/.test(twice.stderr)], [EXIT.input, true]);
      } finally {
        project.write('mktrouble.config.yaml', '{}\n');
      }
    });

    for (const [file, why] of Object.entries({
      'other-contract': /version 9 of the contract/,
      'no-name': /no name/,
      taken: /that of a template of mktrouble/,
      'no-about': /no `about`/,
      'no-make': /no function `make`/,
      throws: /the template mine broke/,
      'no-text': /makes no text/,
      wrong: /scenarios\/mine\.yaml:2:1[\s\S]*did you mean tree\?[\s\S]*nothing was written/,
      none: /no such file/,
    }))
      it(`${file}: exit code 2 with the reason, and nothing is written`, async () => {
        const { result, stderr } = await command('new', `./${file}.mjs`);
        assert.equal(result, EXIT.input);
        assert.match(stderr, why);
        assert.ok(!existsSync('scenarios/mine.yaml'));
      });
  });
});
