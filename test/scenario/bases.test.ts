/** What scenarios take over from other files. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findScenarioFiles, loadScenarioFileSync, parseScenarios } from '../../src/scenario/index.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const BASE = `tags: [shared]
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened, flags: [frozen] }
expect: { coordinator: ok }
`;

describe('a scenario that extends a file', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder({ 'base.yaml': BASE });
  });
  afterEach(() => folder.remove());

  const load = (name: string, text: string) => {
    folder.write(name, text);
    return loadScenarioFileSync(name, { cwd: folder.path });
  };
  const messages = (name: string, text: string) => load(name, text).diagnostics.map(({ message }) => message);

  it('has its sections: mappings key by key, tags together, what it has itself in their place', () => {
    const { cases, diagnostics, bases } = load(
      'a.yaml',
      'scenario: A\nextends: base.yaml\ntags: [own]\nrestart: { protocol: series }\nexpect: { tasks: { all: frozen } }\n',
    );
    assert.deepEqual(diagnostics, []);
    const [c] = cases;
    assert.deepEqual(c?.tags, ['shared', 'own']);
    assert.equal(c?.tasks.length, 2);
    assert.equal(c?.restart.protocol, 'series');
    assert.notEqual(c?.restart.flags, 0);
    assert.deepEqual(c?.expect.coordinator, ['ok']);
    assert.equal(c?.expect.tasks[101]?.[0]?.outcome, 'frozen');
    assert.deepEqual(bases, [path.join(folder.path, 'base.yaml')]);
    const own = load('b.yaml', 'scenario: B\nextends: base.yaml\ntree: { pid: 5 }\n');
    assert.deepEqual(
      own.cases[0]?.tasks.map(({ pid }) => pid),
      [5],
    );
  });

  it('extends the nearest mktrouble.defaults.yaml as well, which goes behind what it names', () => {
    folder.write('mktrouble.defaults.yaml', 'tags: [all]\ntree: { pid: 7 }\nexplore: exhaustive\n');
    folder.write(
      'deep/mktrouble.defaults.yaml',
      'extends: ../mktrouble.defaults.yaml\nrestart: { protocol: hardened }\n',
    );
    const [c] = load('deep/er/a.yaml', 'scenario: A\n').cases;
    assert.deepEqual(
      [c?.tags, c?.tasks[0]?.pid, c?.restart.protocol, c?.explore?.strategy],
      [['all'], 7, 'hardened', 'exhaustive'],
    );
    const [named] = load('a.yaml', 'scenario: A\nextends: base.yaml\n').cases;
    assert.deepEqual([named?.tasks[0]?.pid, named?.explore?.strategy], [100, 'exhaustive']);
    assert.ok(!findScenarioFiles([folder.path]).some((file) => file.includes('mktrouble.defaults')));
  });

  it('may use its matrix in what it takes over', () => {
    folder.write('base.yaml', `tree: { pid: 100 }\nimage: { pids: [100, "\${{ matrix.bogus }}"] }\n`);
    const { cases, diagnostics } = load('a.yaml', 'scenario: A\nextends: base.yaml\nmatrix: { bogus: [1, 2] }\n');
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      cases.map(({ image }) => image.pids),
      [
        [100, 1],
        [100, 2],
      ],
    );
  });

  it('says at `extends` what is wrong with what it takes over', () => {
    folder.write('base.yaml', 'tree: { pid: 0 }\n');
    const [one] = load('a.yaml', 'scenario: A\nextends: base.yaml\n').diagnostics;
    assert.deepEqual([one?.line, one?.column], [2, 10]);
    folder.write('base.yaml', 'scenario: No\ntreee: { pid: 1 }\n');
    const [two] = messages('a.yaml', 'scenario: A\nextends: base.yaml\n');
    assert.match(two!, /base\.yaml:1[\s\S]*base\.yaml:2[\s\S]*tree\?/);
    assert.match(messages('a.yaml', 'scenario: A\n').join(), /tree is missing/);
  });

  it('refuses circles, files that are not there, and whatever is outside of the project', () => {
    folder.write('base.yaml', 'extends: other.yaml\n');
    folder.write('other.yaml', 'extends: base.yaml\n');
    assert.match(messages('a.yaml', 'scenario: A\nextends: base.yaml\n')[0]!, /extend each other/);
    assert.match(messages('a.yaml', 'scenario: A\nextends: none.yaml\n')[0]!, /none\.yaml/);
    const outside = temporaryFolder({ 'secret.yaml': 'secret: contents\n' });
    try {
      symlinkSync(path.join(outside.path, 'secret.yaml'), path.join(folder.path, 'link.yaml'));
      for (const name of [
        'link.yaml',
        path.join(outside.path, 'secret.yaml'),
        `../${path.basename(outside.path)}/secret.yaml`,
      ]) {
        const said = messages('a.yaml', `scenario: A\nextends: ${name}\n`).join();
        assert.match(said, /not a file of this project/, name);
        assert.doesNotMatch(said, /contents/);
      }
    } finally {
      outside.remove();
    }
    assert.ok(outside.path.startsWith(tmpdir()));
  });

  it('has to be in a file itself', () => {
    assert.equal(parseScenarios('scenario: A\nextends: base.yaml\n', 'a.yaml').cases.length, 0);
  });
});
