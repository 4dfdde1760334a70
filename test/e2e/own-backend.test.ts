/** Backends of a user's own: on the command line, in the configuration, in worker processes and under Mocha. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { codeBlocks, ROOT } from '../support/markdown.ts';
import { quietBackend, WRONG_MODULES } from '../support/own-backends.ts';
import { mktrouble, run } from '../support/program.ts';

interface Reported {
  readonly backend: string;
  readonly result: string;
  readonly command: string;
}

const REGISTER = path.join(ROOT, 'dist/src/mocha/register.js');

describe('a backend of one’s own', function () {
  this.timeout(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'quiet.mjs': quietBackend(),
      'any.yaml': 'scenario: Any\ntree: { pid: 100, children: [{ pid: 101 }] }\nexpect: { coordinator: ok }\n',
      'own.yaml': 'scenario: Own\ntree: { pid: 100 }\nrestart: { backends: [quiet] }\n',
      ...WRONG_MODULES,
    });
  });
  after(() => folder.remove());
  const program = (...args: string[]) => mktrouble(args, { cwd: folder.path });
  const read = (stdout: string) => (JSON.parse(stdout) as { cases: Reported[] }).cases;

  it('runs by its file, is named in reports, and the command of a report runs it again', async () => {
    const { code, stdout, stderr } = await program('run', 'any.yaml', '--backend', './quiet.mjs', '-r', 'json');
    assert.equal(code, 0, stderr);
    const [first] = read(stdout);
    assert.deepEqual([first?.backend, first?.result], ['quiet', 'pass']);
    const words = first!.command.split(' ').slice(2);
    assert.ok(words.includes('./quiet.mjs'), first!.command);
    assert.equal((await program(...words)).code, 0);
  });

  it('is one of several in the configuration, also in worker processes and in doctor', async () => {
    folder.write('mktrouble.config.yaml', 'backends: [simulated, ./quiet.mjs]\n');
    const args = ['any.yaml', 'own.yaml', '--parallel', '2', '-r', 'json'];
    const { code, stdout, stderr } = await program('run', ...args);
    const doctor = await program('doctor', '--json');
    folder.write('mktrouble.config.yaml', '{}\n');
    assert.equal(code, 0, stderr);
    const results = read(stdout).map(({ backend, result }) => `${backend} ${result}`);
    assert.deepEqual(results.sort(), ['quiet pass', 'quiet pass', 'simulated pass', 'simulated skip']);
    assert.equal(JSON.parse(doctor.stdout).quiet[0].available, true);
  });

  it('does the units of a campaign', async () => {
    const plan = ['campaign', 'plan', 'any.yaml', '--backend', './quiet.mjs', '--seeds', '3'];
    assert.equal((await program(...plan)).code, 0);
    const { code, stdout, stderr } = await program('campaign', 'run', '--parallel', '1', '--allow-commands');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /3 runs, 0 findings, complete/);
  });

  it('runs under Mocha', async function () {
    if (!existsSync(REGISTER)) {
      console.log('      skipped: there is no dist/ (npm run build)');
      this.skip();
    }
    const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const { code, stdout, stderr } = await run(
      process.execPath,
      [mocha, '--no-config', '--require', REGISTER, '--extension', 'yaml', 'own.yaml'],
      { cwd: folder.path, env: { MKTROUBLE_OPTIONS: '{ "backends": "./quiet.mjs" }' } },
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /1 passing/);
  });

  it('that is none, or writes what is no record: exit codes 2 and 3, without a stack', async () => {
    for (const [file, expected] of [
      ['no-export.mjs', 2],
      ['throws.mjs', 2],
      ['other-name.mjs', 2],
      ['bad-record.mjs', 3],
    ] as const) {
      const { code, stderr } = await program('run', 'any.yaml', '--backend', `./${file}`);
      assert.equal(code, expected, file);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it('conformance ends with the exit codes of findings and of bad input', async () => {
    const ended = [];
    for (const file of ['quiet.mjs', 'bad-record.mjs', 'missing.mjs'])
      ended.push(await program('conformance', `./${file}`, '--json'));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 1, 2],
    );
    assert.match(ended[2]!.stderr, /missing\.mjs: no such file/);
  });

  it('the example of the documentation keeps the contract', async () => {
    const [example] = codeBlocks('docs/writing-a-backend.md').filter(({ text }) => text.startsWith('// my-backend.ts'));
    folder.write('my-backend.ts', example!.text);
    const { code, stdout, stderr } = await program('conformance', './my-backend.ts');
    assert.equal(code, 0, stdout + stderr);
  });
});
