/** The package as npm makes it: nothing of the repository runs at its installation, and what it needs is in it or in its dependencies. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exampleFiles, toJavaScript } from '../support/examples.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { run } from '../support/program.ts';

const MADE_BY_NPM = ['package.json', 'README.md', 'LICENSE'];

/** A newer npm is no matter of this package. */
const QUIET = { npm_config_update_notifier: 'false' };

/** What npm prints says how it ended, and nothing to worry about: no warning, no list of files. */
function assertQuiet(printed: string): void {
  assert.doesNotMatch(printed, /npm (warn|notice)/i);
  assert.ok(printed.trim().split('\n').length <= 10, printed);
}

describe('the package', function () {
  this.timeout(280_000);
  let folder: Folder;
  let copy: string;
  let tarball: string;

  before(async function () {
    if (!existsSync(path.join(ROOT, 'dist/.built'))) {
      console.log('      skipped: there is no dist/ (npm run build)');
      this.skip();
    }
    // A copy: the manifest of the repository itself must not change under other tests.
    folder = temporaryFolder();
    copy = path.join(folder.path, 'copy');
    const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    for (const name of [...files, ...MADE_BY_NPM, 'pack.mjs', '.npmrc'])
      cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    const npm = async (...args: string[]) => {
      const { code, stdout, stderr } = await run('npm', args, { cwd: copy, env: QUIET });
      assert.equal(code, 0, stderr);
      assertQuiet(stdout + stderr);
    };
    await run(process.execPath, ['pack.mjs', 'strip'], { cwd: copy });
    await npm('pack', '--ignore-scripts');
    await run(process.execPath, ['pack.mjs', 'restore'], { cwd: copy });
    tarball = path.join(copy, readdirSync(copy).find((name) => name.endsWith('.tgz'))!);
  });
  after(() => folder?.remove());

  it('is made from the manifest of the repository, which is as before afterwards', () => {
    assert.deepEqual(readFileSync(path.join(copy, 'package.json')), readFileSync(path.join(ROOT, 'package.json')));
    assert.ok(!existsSync(path.join(copy, '.package.json.original')));
  });

  it('has no scripts and no development dependencies', async () => {
    const { stdout } = await run('tar', ['-xOf', tarball, 'package/package.json']);
    const { scripts, devDependencies, bin, dependencies } = JSON.parse(stdout);
    assert.deepEqual([scripts, devDependencies], [undefined, undefined]);
    assert.ok(bin && dependencies);
  });

  it('has the licences of the packages that are bundled into it', async () => {
    const { stdout } = await run('tar', ['-xOf', tarball, 'package/dist/THIRD-PARTY-LICENCES.txt']);
    for (const name of ['yaml', 'preact']) assert.match(stdout, new RegExp(`^${name}\\b`, 'm'));
  });

  it('can be installed, and runs the suite that it brings', async function () {
    const project = path.join(folder.path, 'project');
    mkdirSync(project);
    writeFileSync(path.join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
    const args = ['install', '--prefer-offline', '--no-audit', tarball];
    const { code, stdout, stderr } = await run('npm', args, { cwd: project, env: QUIET });
    if (code !== 0 && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED|ETIMEDOUT/.test(stderr)) {
      console.log('      skipped: the dependencies cannot be fetched here');
      this.skip();
    }
    assert.equal(code, 0, stderr);
    assertQuiet(stdout + stderr);
    const installed = path.join(project, 'node_modules/mktrouble');
    const healthy = await run('npx', ['mktrouble', 'run', path.join(installed, 'scenarios/healthy')], { cwd: project });
    assert.equal(healthy.code, 0, healthy.stdout + healthy.stderr);
    assert.match(healthy.stdout, /\d+ passed/);
    const library = await run(
      process.execPath,
      ['-e', "import('mktrouble').then(({ runCase }) => process.exit(typeof runCase === 'function' ? 0 : 1))"],
      { cwd: project },
    );
    assert.equal(library.code, 0, library.stderr);
  });

  it('runs a protocol, a backend, a property, a reporter, a template, a fault verb, an image editor and work of a campaign that use only what it exports, typed and plain', async function () {
    const project = path.join(folder.path, 'project');
    if (!existsSync(path.join(project, 'node_modules/mktrouble'))) this.skip();
    const modules = new Map<string, string>();
    for (const kind of [
      'protocol',
      'backend',
      'property',
      'reporter',
      'template',
      'fault',
      'criu-fault',
      'image-editor',
      'work',
    ])
      for (const [name, text] of Object.entries(exampleFiles(kind)).filter(([file]) => file.endsWith('.ts'))) {
        writeFileSync(path.join(project, name), text);
        writeFileSync(path.join(project, name.replace('.ts', '.mjs')), toJavaScript(text));
        // The folder of the fault verb has the backend too that it is for.
        modules.set(name === 'store.ts' ? 'store' : kind, name.replace('.ts', ''));
      }
    const compiler = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      // As a user's project has them that uses modules of Node.
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      types: ['node'],
    };
    const files = [...modules.values()].map((name) => `${name}.ts`);
    writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: compiler, files }));
    const typed = await run(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: project });
    assert.equal(typed.code, 0, typed.stdout);
    writeFileSync(path.join(project, 'any.yaml'), 'scenario: Any\ntree: { pid: 100 }\n');
    const scenarios = exampleFiles('protocol')['two-phase.yaml']!;
    writeFileSync(path.join(project, 'lost.yaml'), exampleFiles('fault')['lost.yaml']!);
    writeFileSync(path.join(project, 'orphaned.yaml'), exampleFiles('image-editor')['orphaned.yaml']!);
    writeFileSync(path.join(project, 'take-name.yaml'), exampleFiles('criu-fault')['take-name.yaml']!);
    writeFileSync(path.join(project, 'signal-criu.yaml'), exampleFiles('criu-fault')['signal-criu.yaml']!);
    writeFileSync(path.join(project, 'signal-criu.mjs'), exampleFiles('criu-fault')['signal-criu.mjs']!);
    for (const extension of ['ts', 'mjs']) {
      const file = (kind: string) => `./${modules.get(kind)}.${extension}`;
      const mktrouble = (...args: string[]) => run('npx', ['mktrouble', 'run', ...args], { cwd: project });
      writeFileSync(path.join(project, 'own.yaml'), scenarios.replaceAll('./two-phase.ts', file('protocol')));
      const found = await mktrouble('own.yaml');
      assert.equal(found.code, 1, found.stderr);
      assert.match(found.stdout, /all-or-nothing at step \d+/);
      const others = ['--backend', file('backend'), '--property', file('property'), '--reporter', file('reporter')];
      const ended = await mktrouble('any.yaml', ...others);
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stdout, /ms {2}Any\n1 passed, 0 failed/);
      const lost = await mktrouble('lost.yaml', '--backend', file('store'), '--fault', file('fault'));
      assert.deepEqual([lost.code, /2 passed/.test(lost.stdout)], [0, true], lost.stderr);
      // Without CRIU it is skipped, which is no mistake of the editor.
      const orphaned = await mktrouble('orphaned.yaml', '--image-editor', file('image-editor'));
      assert.match(orphaned.stdout, /1 passed|0 passed, 1 skipped/, orphaned.stderr);
      // The second verb ships as JavaScript.
      const verbs = ['--fault', file('criu-fault'), '--fault', './signal-criu.mjs'];
      const onCriu = await mktrouble('take-name.yaml', 'signal-criu.yaml', ...verbs);
      assert.match(onCriu.stdout, /4 passed|0 passed, 4 skipped/, onCriu.stdout + onCriu.stderr);
      const made = `${extension}.yaml`;
      const created = await run('npx', ['mktrouble', 'new', file('template'), made], { cwd: project });
      assert.equal(created.code, 0, created.stderr);
      const started = await mktrouble(made);
      assert.deepEqual([started.code, /1 passed/.test(started.stdout)], [0, true], started.stderr);
      const campaign = (...args: string[]) => run('npx', ['mktrouble', ...args, '--at', extension], { cwd: project });
      const planned = await campaign('campaign', 'plan', '--work', file('work'));
      assert.equal(planned.code, 0, planned.stderr);
      const worked = await campaign('worker', '--allow-commands');
      assert.equal(worked.code, 0, worked.stderr);
      const { values } = JSON.parse((await campaign('campaign', 'results', '--json')).stdout);
      assert.equal(values.length, 3);
    }
  });
});
