/** The configuration file: every format, precedence, projects; the same for the command line and for Mocha. */
import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeOptions, type Settings } from '../../src/config/index.ts';
import { KNOWN_SETTINGS } from '../../src/injector/known.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const SCENARIO = `scenario: Plain
tree: { pid: 100, children: [{ pid: 101 }] }
expect: { coordinator: ok }
`;

const FORMS: Record<string, string> = {
  'mktrouble.config.yaml': 'seed: 7\ntimeout: 90s\nreporters: [spec, junit=a.xml]\n',
  'mktrouble.config.json': '{ "seed": 7, "timeout": "90s", "reporters": ["spec", "junit=a.xml"] }',
  'mktrouble.config.mjs':
    'export default { seed: 7, timeout: 90_000, reporters: ["spec", { name: "junit", output: "a.xml" }] };',
  'mktrouble.config.ts':
    "import { defineConfig } from 'mktrouble/config';\nconst seed: number = 7;\nexport default defineConfig({ seed, timeout: '90s', reporters: ['spec', 'junit=a.xml'] });\n",
};

describe('the configuration file', function () {
  this.timeout(60_000);
  let folder: Folder | undefined;
  afterEach(() => folder?.remove());
  const read = (files: Record<string, string>, more: Partial<Parameters<typeof makeOptions>[0]> = {}) => {
    folder = temporaryFolder(files);
    return makeOptions({ environment: {}, folder: folder.path, known: KNOWN_SETTINGS, ...more });
  };

  for (const [name, text] of Object.entries(FORMS))
    it(`${name} sets the same options as any other format`, () => {
      const { options, file } = read({ [name]: text });
      assert.equal(file, name);
      assert.equal(options?.seed, '7');
      assert.equal(options?.timeout, 90_000);
      assert.deepEqual(options?.reporters, [{ name: 'spec' }, { name: 'junit', output: 'a.xml' }]);
    });

  it('yields to the environment, and that to the command line', () => {
    const files = { 'mktrouble.config.yaml': 'seed: 1\nschedules: 1\ntimeout: 1s\n' };
    const { options, origins } = read(files, {
      given: { seed: '3' },
      environment: { MKTROUBLE_OPTIONS: '{ "seed": 2, "schedules": 2 }' },
    });
    assert.deepEqual([options?.seed, options?.schedules, options?.timeout], ['3', 2, 1000]);
    assert.match(origins.get('timeout')!.from, /^mktrouble\.config\.yaml:3:/);
  });

  it('refuses on the command line what it refuses in a file, and names the flag', () => {
    for (const [given, flag] of [
      [{ grep: '' }, /--grep/],
      [{ maxStates: -1 }, /--max-states/],
      [{ tags: ['a\u0007'] }, /--tag/],
      [{ keep: 'k'.repeat(5000) }, /--keep/],
    ] as const) {
      const { options, diagnostics } = makeOptions({
        environment: {},
        given: given as Settings,
        known: KNOWN_SETTINGS,
      });
      assert.equal(options, undefined);
      assert.match(diagnostics[0]!.file, flag);
    }
  });

  it('a mistake has file, line, column and a hint, in data and in code', () => {
    for (const [name, text, line] of [
      ['mktrouble.config.yaml', 'bail: true\nshedules: 3\n', 2],
      ['mktrouble.config.mjs', '// shedules: no\nexport default {\n  shedules: 3,\n};\n', 3],
    ] as const) {
      const { options, diagnostics } = read({ [name]: text });
      assert.equal(options, undefined);
      assert.deepEqual([diagnostics[0]?.file, diagnostics[0]?.line], [name, line]);
      assert.match(diagnostics[0]?.hint ?? '', /schedules/);
      folder?.remove();
    }
    folder = undefined;
  });

  it('that every user can write to is refused, and so is a second one', () => {
    folder = temporaryFolder({ 'mktrouble.config.mjs': 'export default {};' });
    chmodSync(path.join(folder.path, 'mktrouble.config.mjs'), 0o666);
    const made = makeOptions({ environment: {}, folder: folder.path, known: KNOWN_SETTINGS });
    assert.equal(made.options, undefined);
    folder.remove();
    assert.equal(read({ 'mktrouble.config.json': '{}', 'mktrouble.config.yaml': 'seed: 1' }).options, undefined);
  });

  it('projects multiply the cases and are named in reports; --project selects, --no-config ignores them', async () => {
    folder = temporaryFolder({
      'scenarios/a.yaml': SCENARIO,
      'mktrouble.config.yaml':
        'projects:\n  - { name: fixed, backend: simulated, protocol: hardened }\n  - { name: plain, backend: simulated }\n',
    });
    const { path: cwd } = folder;
    const projects = async (...args: string[]) => {
      const { code, stderr } = await mktrouble([...args, 'run', '-r', 'json=out.json'], { cwd });
      assert.equal(code, 0, stderr);
      const { cases } = JSON.parse(readFileSync(path.join(cwd, 'out.json'), 'utf8'));
      return cases.map((one: { project?: string }) => one.project);
    };
    assert.deepEqual(await projects(), ['fixed', 'plain']);
    assert.deepEqual(await projects('--no-config'), [undefined]);
    const listed = await mktrouble(['run', '--list', '--project', 'fixed'], { cwd });
    assert.match(listed.stdout, /a\.yaml/);
    assert.equal((await mktrouble(['run', '--project', 'fixd'], { cwd })).code, 2);
    const { stdout } = await mktrouble(['config', '--json'], { cwd });
    assert.match(JSON.parse(stdout).settings['projects.fixed.protocol'].from, /^mktrouble\.config\.yaml:2:/);
  });

  it('defaults are what a scenario does not specify', async () => {
    folder = temporaryFolder({
      'scenarios/a.yaml': SCENARIO,
      'scenarios/b.yaml': SCENARIO.replace('Plain', 'Own').concat('restart: { protocol: patch }\n'),
      'mktrouble.config.yaml': 'defaults: { restart: { protocol: hardened }, tags: [all] }\n',
    });
    const { stdout } = await mktrouble(['list', '--json'], { cwd: folder.path });
    const cases = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      cases.map(({ protocol, tags }) => [protocol, tags]),
      [
        ['hardened', ['all']],
        ['patch', ['all']],
      ],
    );
  });
});
