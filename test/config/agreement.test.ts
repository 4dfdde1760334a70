/** One configuration file, read by the command line and by Mocha: the same cases, run in the same way, with the same results. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { mktrouble, run } from '../support/program.ts';

const CONFIG = `import { defineConfig } from 'mktrouble/config';

export default defineConfig({
  paths: ['scenarios'],
  projects: [
    { name: 'repaired', backend: 'simulated', protocol: 'hardened', seed: 7 },
    { name: 'published', backend: 'simulated', protocol: 'series', schedules: 20 },
  ],
  defaults: { tags: ['shared'], explore: { strategy: 'random', schedules: 5 } },
  tags: ['ptrace and not slow', 'quick'],
  retries: 1,
  replays: 'found',
});
`;
const tree = 'tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }';
const SCENARIOS = [
  `scenario: First\ntags: [ptrace]\n${tree}\n`,
  `scenario: Second\ntags: [ptrace, slow]\n${tree}\n`,
  `scenario: Third\ntags: [quick]\nskip: not yet\n${tree}\n`,
  `scenario: Fourth\ntags: [quick]\n${tree}\nexpect: { coordinator: EIO }\n`,
].join('---\n');

describe('one configuration file', function () {
  this.timeout(60_000);
  this.slow(10_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'mktrouble.config.ts': CONFIG, 'scenarios/a.yaml': SCENARIOS });
  });
  after(() => folder.remove());

  /** What a report has of each case, without times. */
  const read = (name: string) => {
    const { cases } = JSON.parse(readFileSync(path.join(folder.path, name), 'utf8'));
    return cases.map(({ duration: _, command: __, ...one }: Record<string, unknown>) => JSON.stringify(one)).sort();
  };
  /** A module of this program: as it was built, else from its sources. */
  const moduleOf = (name: string): string[] => {
    const built = path.join(ROOT, 'dist/src', `${name}.js`);
    return existsSync(built)
      ? [built]
      : [createRequire(import.meta.url).resolve('tsx'), path.join(ROOT, 'src', `${name}.ts`)];
  };

  it('means the same for mktrouble run and for Mocha', async () => {
    const ours = await mktrouble(['run', '--reporter', 'json=cli.json'], { cwd: folder.path });
    const requires = moduleOf('mocha/register').flatMap((file) => ['--require', file]);
    const reporter = moduleOf('mocha/reporters/json').at(-1)!;
    const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const theirs = await run(
      process.execPath,
      [
        mocha,
        ...requires,
        '--extension',
        'yaml',
        '--reporter',
        reporter,
        '--reporter-option',
        'output=mocha.json',
        'scenarios',
      ],
      { cwd: folder.path },
    );
    assert.ok(existsSync(path.join(folder.path, 'mocha.json')), theirs.stdout + theirs.stderr);
    const cases = read('cli.json');
    assert.equal(cases.length, 6, ours.stderr);
    assert.deepEqual(read('mocha.json'), cases);
    assert.ok(cases.some((one: string) => one.includes('"published"')));
  });

  it('is what mktrouble config prints, with what holds by default', async () => {
    const { stdout } = await mktrouble(['config', '--json'], { cwd: folder.path });
    const { settings, defaults } = JSON.parse(stdout);
    assert.equal(settings.retries.value, 1);
    assert.match(settings.retries.from, /^mktrouble\.config\.ts:11:/);
    assert.match(settings['projects.repaired.seed'].from, /^mktrouble\.config\.ts:6:/);
    assert.ok(Object.hasOwn(defaults, 'bail') && Object.hasOwn(defaults, 'parallel'));
    assert.ok(!Object.hasOwn(defaults, 'retries'), 'it is set');
    const printed = (await mktrouble(['config'], { cwd: folder.path })).stdout;
    assert.match(printed, /^bail +false +default$/m);
  });
});
