/** Protocols of a user's own: found, shrunk, replayed, shown and reported; on the command line, in the configuration and under Mocha. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { exampleFiles, toJavaScript } from '../support/examples.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { mktrouble, run } from '../support/program.ts';

const REGISTER = path.join(ROOT, 'dist/src/mocha/register.js');

interface Reported {
  readonly result: string;
  readonly protocol: string;
  readonly violations: readonly { readonly property: string }[];
  readonly tried: { readonly complete: boolean };
  readonly case: { readonly tasks: readonly unknown[] };
  readonly replay: string;
}

describe('a protocol of one’s own', function () {
  this.timeout(120_000);
  let folder: Folder;
  let source: string;
  before(() => {
    const files = exampleFiles('protocol');
    source = files['two-phase.ts']!;
    folder = temporaryFolder({
      ...files,
      'repaired.ts': repaired(source),
      'plain.mjs': toJavaScript(source),
      'plain.yaml': files['two-phase.yaml']!.replaceAll('./two-phase.ts', './plain.mjs'),
      'any.yaml': 'scenario: Any\ntree: { pid: 100 }\nexplore: exhaustive\nexpect: { coordinator: ok }\n',
      'wrong.ts': source.replace('stage(', 'stag('),
    });
  });
  after(() => folder.remove());
  const program = (...args: string[]) => mktrouble(args, { cwd: folder.path });
  const read = (stdout: string) => (JSON.parse(stdout) as { cases: Reported[] }).cases;

  /** The abort is announced before the tasks are informed. */
  function repaired(text: string): string {
    const announce = "  yield* store(state.phase, ABORTED, 'aborts');\n";
    const repair = text
      .replace(announce, '')
      .replace('function* abort(): Steps<number> {\n', (head) => head + announce);
    assert.notEqual(repair, text);
    return repair;
  }

  it('has its race found by the exhaustive search, shrunk to two tasks, and replayed', async () => {
    const { code, stdout, stderr } = await program('run', 'two-phase.yaml', '-r', 'json');
    assert.equal(code, 1, stderr);
    const [healthy, raced] = read(stdout);
    assert.deepEqual([healthy?.result, raced?.result], ['pass', 'fail']);
    assert.deepEqual(
      raced?.violations.map(({ property }) => property),
      ['all-or-nothing', 'no-task-left-waiting'],
    );
    assert.equal(raced.case.tasks.length, 2);
    const again = await program('replay', raced.replay);
    assert.equal(again.code, 1, again.stderr);
    assert.match(again.stdout, /all-or-nothing at step \d+[\s\S]*left waiting indefinitely: 101/);
    const shown = await program('show', raced.replay);
    assert.match(shown.stdout, /coordinator aborts[\s\S]*all-or-nothing at step/);
  });

  it('has no finding once it is repaired, in any interleaving', async () => {
    const { code, stdout, stderr } = await program(
      'run',
      'two-phase.yaml',
      '--protocol',
      './repaired.ts',
      '-r',
      'json',
    );
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(
      read(stdout).map(({ result, protocol, tried }) => [result, protocol, tried.complete]),
      [
        ['pass', './repaired.ts', true],
        ['pass', './repaired.ts', true],
      ],
    );
  });

  it('is found by random and pct schedules too', async () => {
    const text = readFileSync(path.join(folder.path, 'two-phase.yaml'), 'utf8');
    for (const strategy of ['random', 'pct']) {
      folder.write(`${strategy}.yaml`, text.replaceAll('explore: exhaustive', `explore: ${strategy}`));
      const { code, stdout } = await program('run', `${strategy}.yaml`, '-r', 'json');
      assert.equal(code, 1, strategy);
      assert.equal(read(stdout)[1]?.violations[0]?.property, 'all-or-nothing');
    }
  });

  it('may be plain JavaScript', async () => {
    const { code, stdout } = await program('run', 'plain.yaml', '-r', 'json');
    assert.equal(code, 1);
    assert.deepEqual(
      read(stdout).map(({ result }) => result),
      ['pass', 'fail'],
    );
  });

  it('is named in the configuration, and runs in worker processes', async () => {
    folder.write('mktrouble.config.yaml', 'protocol: ./repaired.ts\n');
    const { code, stdout, stderr } = await program(
      'run',
      'two-phase.yaml',
      'any.yaml',
      '--parallel',
      '2',
      '-r',
      'json',
    );
    folder.write('mktrouble.config.yaml', '{}\n');
    assert.equal(code, 0, stdout + stderr);
    assert.ok(read(stdout).every(({ protocol }) => protocol === './repaired.ts'));
  });

  it('is reported as HTML, JUnit and TAP', async () => {
    const reporters = ['html=out.html', 'junit=out.xml', 'tap=out.tap'].flatMap((one) => ['-r', one]);
    const { code, stderr } = await program('run', 'two-phase.yaml', ...reporters);
    assert.equal(code, 1, stderr);
    for (const name of ['out.html', 'out.xml', 'out.tap'])
      assert.match(readFileSync(path.join(folder.path, name), 'utf8'), /all-or-nothing/, name);
  });

  it('is a mistake with file, line and column where it is wrong, with the word that was meant', async () => {
    const { code, stderr } = await program('run', 'any.yaml', '--protocol', './wrong.ts');
    assert.equal(code, 2);
    assert.match(stderr, /wrong\.ts:\d+:\d+: stag\(\) is not known \(did you mean stage\?\)/);
    assert.doesNotMatch(stderr, /\n {4}at /);
    const missing = await program('run', 'any.yaml', '--protocol', './none.ts');
    assert.deepEqual([missing.code, /none\.ts/.test(missing.stderr)], [2, true]);
  });

  it('knows its own stages, calls and properties, and no others', async () => {
    const scenario = (more: string) => {
      folder.write('names.yaml', `scenario: x\ntree: { pid: 100 }\nrestart: { protocol: ./two-phase.ts }\n${more}\n`);
      return program('validate', 'names.yaml');
    };
    assert.equal((await scenario('faults: [{ kill: 100, when: { task: 100, at: write } }]')).code, 0);
    assert.match(
      (await scenario('faults: [{ kill: 100, when: { task: 100, at: wrte } }]')).stderr,
      /did you mean write\?/,
    );
    assert.match((await scenario('faults: [{ fail: write-imag }]')).stderr, /did you mean write-image\?/);
    assert.match((await scenario('expect: { violates: [all-or-nothin] }')).stderr, /did you mean all-or-nothing\?/);
  });

  it('is never executed', async () => {
    folder.write('evil.ts', `import fs from 'node:fs';\nfs.writeFileSync('executed', '');\n${source}`);
    const { code, stderr } = await program('run', 'any.yaml', '--protocol', './evil.ts');
    assert.equal(code, 2);
    assert.match(stderr, /evil\.ts:1:/);
    assert.ok(!readdirSync(folder.path).includes('executed'));
  });

  it('runs under Mocha', async function () {
    if (!existsSync(REGISTER)) {
      console.log('      skipped: there is no dist/ (npm run build)');
      this.skip();
    }
    const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const args = [mocha, '--no-config', '--require', REGISTER, '--extension', 'yaml', 'two-phase.yaml'];
    const { code, stdout } = await run(process.execPath, args, { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stdout, /1 passing[\s\S]*1 failing[\s\S]*all-or-nothing/);
  });
});
