/** Backends of a user's own, by their file: what is loaded, and what is wrong with what cannot be. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { makeOptions } from '../../src/config/index.ts';
import { loadScenarios, openBackend, parseScenarios, runCase } from '../../src/index.ts';
import { KNOWN_SETTINGS } from '../../src/injector/known.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { quietBackend, TYPED_BACKEND, WRONG_MODULES } from '../support/own-backends.ts';

const ANY = 'scenario: Any\ntree: { pid: 100, children: [{ pid: 101 }] }\nexpect: { coordinator: ok }\n';
const onBackend = (name: string) => `scenario: Own\ntree: { pid: 100 }\nrestart: { backends: [${name}] }\n`;

describe('a backend of one’s own', function () {
  this.timeout(20_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'quiet.mjs': quietBackend(),
      'typed.ts': TYPED_BACKEND,
      'any.yaml': ANY,
      ...WRONG_MODULES,
    });
  });
  after(() => folder.remove());
  const at = (file: string) => path.join(folder.path, file);
  const verdictOf = async (file: string) => {
    const backend = await openBackend(at(file));
    const [c] = loadScenarios([at('any.yaml')]).cases;
    try {
      return await runCase(c!, { backend });
    } finally {
      await backend.dispose();
    }
  };

  it('runs a case, and is named with its file in the verdict', async () => {
    const { status, backend, environment } = await verdictOf('quiet.mjs');
    assert.deepEqual([status, backend, environment?.module], ['pass', 'quiet', at('quiet.mjs')]);
  });

  it('in TypeScript it gets the classes of this program: its BadSurroundings is bad input', async () => {
    const { status, reason, badInput } = await verdictOf('typed.ts');
    assert.deepEqual([status, reason, badInput], ['error', 'no engine is installed', true]);
  });

  it('is one of several in the settings, by its name', () => {
    const given = { backends: ['simulated', at('quiet.mjs')] };
    const { options } = makeOptions({ given, environment: {}, known: KNOWN_SETTINGS });
    assert.deepEqual(
      options?.projects.map(({ name, module }) => [name, module]),
      [
        ['simulated', undefined],
        ['quiet', at('quiet.mjs')],
      ],
    );
  });

  for (const [file, hint] of [
    ['missing.mjs', /no such file/],
    ['no-export.mjs', /exports no backend/],
    ['old.mjs', /version 0 of the contract.*version 1/],
    ['nameless.mjs', /name/],
    ['taken.mjs', /native/],
    ['throws.mjs', /throws\.mjs:2:\d+: .*no luck/],
  ] as const)
    it(`${file} is a mistake at its place in the configuration`, () => {
      const config = temporaryFolder({ 'mktrouble.config.yaml': `seed: 1\nbackends: ${at(file)}\n` });
      const { options, diagnostics } = makeOptions({ environment: {}, folder: config.path, known: KNOWN_SETTINGS });
      config.remove();
      assert.equal(options, undefined);
      assert.deepEqual([diagnostics[0]?.line, diagnostics[0]?.column], [2, 11]);
      assert.match(diagnostics[0]?.message ?? '', hint);
      assert.ok(diagnostics[0]?.hint);
    });

  for (const [file, hint, isInput] of [
    ['no-export.mjs', /exports no backend/, true],
    ['other-name.mjs', /loud/, true],
    ['unfinished.mjs', /run/, true],
    ['bad-record.mjs', /quiet wrote a record that is not valid: .*end/, undefined],
  ] as const)
    it(`${file}: each case is an error with the reason`, async () => {
      const { status, reason, badInput } = await verdictOf(file);
      assert.deepEqual([status, badInput], ['error', isInput]);
      assert.match(reason ?? '', hint);
    });

  it('a scenario may be for a backend that is not here: it is skipped, and says for which', async () => {
    const { cases } = parseScenarios(onBackend('another-engine'), 'a.yaml');
    const backend = await openBackend('simulated');
    const { status, reason } = await runCase(cases[0]!, { backend });
    assert.equal(status, 'skip');
    assert.match(reason ?? '', /another-engine/);
  });

  it('a scenario whose backend is nearly one that ships has a mistake, and so has one that names a file', () => {
    for (const name of ['simulatd', './quiet.mjs']) {
      const { diagnostics } = parseScenarios(onBackend(name), 'a.yaml');
      assert.deepEqual([diagnostics[0]?.severity, diagnostics[0]?.line], ['error', 3], name);
    }
  });
});
