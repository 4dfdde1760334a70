/** Properties and reporters of a user's own: on the command line, in the configuration, in worker processes, and what is wrong with one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { exampleFiles } from '../support/examples.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

interface Reported {
  readonly result: string;
  readonly reason?: string;
  readonly violations: readonly { readonly property: string }[];
  readonly known: readonly { readonly property: string }[];
  readonly replay: string;
  readonly command: string;
}

/** A property that every run violates. */
const NEVER = `import { defineProperty } from 'mktrouble/property';
export default defineProperty({
  contract: 1,
  name: 'never-holds',
  statement: 'Nothing.',
  check: (c, { events }) => [{ message: 'it was run', step: events[0]?.step }],
});
`;

describe('fault verbs and image editors of one’s own', function () {
  this.timeout(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ ...exampleFiles('fault'), ...exampleFiles('image-editor') });
    const lost = exampleFiles('fault')['lost.yaml']!;
    folder.write('other-end.yaml', lost.replace('ENOENT', 'EIO'));
    folder.write('nothing.yaml', lost.replace('to: 101', 'to: coordinator').replace('ENOENT', 'ok'));
    const { 'lose-record.ts': fault } = exampleFiles('fault');
    folder.write('none.mjs', 'export default 1;\n');
    folder.write('throws.ts', fault!.replace('const hit =', "throw new Error('no store'); const hit ="));
  });
  after(() => folder.remove());
  const program = (...args: string[]) => mktrouble(args, { cwd: folder.path });
  const store = ['--backend', './store.ts', '--fault', './lose-record.ts'];

  it('fire on the backend that they are for, and are skipped on any other', async () => {
    const { code, stdout, stderr } = await program('run', 'lost.yaml', ...store);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /2 passed/);
    const simulated = await program('run', 'lost.yaml', '--fault', './lose-record.ts', '--fail-on-skip');
    assert.equal(simulated.code, 2);
    assert.match(simulated.stdout, /the fault verb lose-record is for store only/);
  });

  it('fire in CRIU, show in each report and in the command, and an export is refused', async function () {
    folder.write('take-name.ts', exampleFiles('criu-fault')['take-name.ts']!);
    const [dump, restore] = exampleFiles('criu-fault')['take-name.yaml']!.split('---\n') as [string, string];
    folder.write('taken.yaml', `${dump}---\n${restore.replace(/ {2}except: .*/, '')}`);
    const verbs = ['--fault', './take-name.ts'];
    const reports = ['-r', 'json=criu.json', '-r', 'junit=criu.xml', '-r', 'html=criu.html'];
    const { code, stdout, stderr } = await program('run', 'taken.yaml', ...verbs, ...reports);
    const read = (name: string) => readFileSync(path.join(folder.path, name), 'utf8');
    const { cases } = JSON.parse(read('criu.json')) as { cases: [Reported, Reported] };
    const [passed, failed] = cases;
    if (passed.result === 'skip') {
      console.log(`      skipped: ${passed.reason}`);
      this.skip();
    }
    assert.equal(code, 1, stdout + stderr);
    for (const name of ['criu.xml', 'criu.html']) assert.match(read(name), /take-name at before-restore/, name);
    assert.equal(passed.result, 'pass');
    assert.deepEqual(
      failed.violations.map(({ property }) => property),
      ['failed-restore-can-be-retried'],
    );
    assert.match(failed.command, /--fault \.\/take-name\.ts/);
    const exported = await program('export', 'taken.yaml:10', '--as', 'sh');
    assert.equal(exported.code, 2, exported.stdout);
    assert.match(exported.stderr, /a script cannot run a fault verb of your own/);
  });

  it('that wait for ever do not keep the run from ending', async function () {
    const waiting = 'fire: () => new Promise(() => setInterval(() => {}, 1000)) });\n';
    const text = exampleFiles('criu-fault')['take-name.ts']!;
    folder.write('waits.ts', `${text.slice(0, text.indexOf('  fire('))}  ${waiting}`);
    folder.write(
      'waits.yaml',
      exampleFiles('criu-fault')['take-name.yaml']!.replaceAll('criu: {}', 'criu: { limit: 500 }'),
    );
    const { code, stdout, stderr } = await program('run', 'waits.yaml', '--fault', './waits.ts');
    if (/0 passed, 2 skipped/.test(stdout)) {
      console.log('      skipped: as above');
      this.skip();
    }
    assert.equal(code, 3, stderr);
    assert.match(stdout, /waits\.ts:\d+: the fault verb take-name has not ended 0\.5 s after pre-dump/);
  });

  it('are named in the configuration, for workers of a run and for validate', async () => {
    folder.write('mktrouble.config.yaml', 'faults: [./lose-record.ts]\nbackends: ./store.ts\n');
    const valid = await program('validate', 'lost.yaml');
    const { code, stdout } = await program('run', 'lost.yaml', 'lost.yaml', '--parallel', '2');
    folder.write('mktrouble.config.yaml', '{}\n');
    const unknown = await program('validate', 'lost.yaml');
    assert.deepEqual([valid.code, code, unknown.code], [0, 0, 2], valid.stderr + stdout);
    assert.match(unknown.stderr, /lost\.yaml:4:10: error: unknown fault verb lose-record/);
  });

  it('that never fire are no pass, and those that break are an error', async () => {
    const never = await program('run', 'nothing.yaml', ...store, '-r', 'json');
    assert.equal(never.code, 1, never.stderr);
    assert.match(never.stdout, /fault-never-fired/);
    const broken = await program('run', 'lost.yaml', '--backend', './store.ts', '--fault', './throws.ts');
    assert.equal(broken.code, 3);
    assert.match(broken.stdout, /no store/);
  });

  it('are in the command that shows a finding again', async () => {
    const { code, stdout } = await program('run', 'other-end.yaml', ...store, '-r', 'json');
    assert.equal(code, 1);
    const [{ command }] = (JSON.parse(stdout) as { cases: [{ command: string }] }).cases;
    assert.match(command, /--fault \.\/lose-record\.ts/);
  });

  it('that are none are exit code 2, without a stack', async () => {
    for (const option of ['--fault', '--image-editor']) {
      const { code, stderr } = await program('run', 'lost.yaml', option, './none.mjs');
      assert.equal(code, 2);
      assert.match(stderr, /docs\/extending\.md/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it('change the images of CRIU', async function () {
    const criu = await locateCriu();
    if (typeof criu === 'string') {
      console.log(`      skipped: ${criu}`);
      this.skip();
    }
    const args = ['orphaned.yaml', '--image-editor', './orphaned.ts', '-r', 'json', '--records', 'all'];
    const { code, stdout, stderr } = await program('run', ...args);
    const [{ result, reason, record }] = (
      JSON.parse(stdout) as { cases: [{ result: string; reason?: string; record: { criu: { edits: object[] } } }] }
    ).cases;
    if (result === 'skip') {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    assert.equal(code, 0, stderr);
    assert.deepEqual(record.criu.edits, [{ kind: 'edited', file: 'pstree', editor: 'orphaned' }]);
  });
});

describe('properties and reporters of one’s own', function () {
  this.timeout(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      ...exampleFiles('property'),
      ...exampleFiles('reporter'),
      'never.ts': NEVER,
      'throws.mjs': NEVER.replace("[{ message: 'it was run', step: events[0]?.step }]", 'null.b'),
      'no-name.mjs': NEVER.replace("name: 'never-holds',", ''),
      'taken.mjs': NEVER.replace('never-holds', 'restores-in-order'),
      'a.yaml': 'scenario: A\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n',
      'b.yaml': 'scenario: B\ntree: { pid: 100 }\nrestart: { protocol: hardened }\nexpect: { except: [never-holds] }\n',
      'c.yaml':
        'scenario: C\ntree: { pid: 100 }\nrestart: { protocol: hardened }\nexpect: { violates: [never-holds] }\n',
      'broken.mjs': `export default { contract: 1, name: 'broken', create: () => ({ result() { throw new Error('no result'); }, end() {} }) };\n`,
      'own.cjs': `module.exports = { contract: 1, name: 'own', create: ({ out }) => ({ result: ({ kind }) => out.write('OWN ' + kind), end() {} }) };\n`,
      'mocha-class.cjs': `module.exports = class { constructor(runner) { runner.on('pass', (test) => console.log('PASS ' + test.title)); } };\n`,
      'mocha-class.ts': `export default class { constructor(runner: any) { runner.on('pass', (test: any) => console.log('PASS ' + test.title)); } }\n`,
    });
  });
  after(() => folder.remove());
  const program = (...args: string[]) => mktrouble(args, { cwd: folder.path });
  const read = (stdout: string) => (JSON.parse(stdout) as { cases: Reported[] }).cases;

  it('judge every case; scenarios name a property like any other', async () => {
    const args = ['a.yaml', 'b.yaml', 'c.yaml', '--property', './never.ts', '-r', 'json'];
    const { code, stdout, stderr } = await program('run', ...args);
    assert.equal(code, 1, stderr);
    const cases = read(stdout);
    assert.deepEqual(
      cases.map(({ result, violations, known }) =>
        [result, ...violations, ...known].map((one) => (typeof one === 'string' ? one : one.property)),
      ),
      [['fail', 'never-holds'], ['pass'], ['pass', 'never-holds']],
    );
    assert.match(cases[0]!.command, /--property \.\/never\.ts/);
    const again = await program('replay', cases[0]!.replay, '--property', './never.ts');
    assert.equal(again.code, 1, again.stderr);
    assert.match(again.stdout, /never-holds is violated again/);
  });

  it('are known only where they are named, with the word that was meant', async () => {
    assert.equal((await program('validate', 'c.yaml')).code, 2);
    folder.write('mktrouble.config.yaml', 'properties: [./never.ts]\n');
    folder.write('near.yaml', 'scenario: N\ntree: { pid: 100 }\nexpect: { violates: [never-hold] }\n');
    const near = await program('validate', 'near.yaml');
    const { code, stdout } = await program('run', 'a.yaml', 'c.yaml', '--parallel', '2', '-r', 'json');
    folder.write('mktrouble.config.yaml', '{}\n');
    assert.match(near.stderr, /did you mean never-holds\?/);
    assert.equal(code, 1);
    assert.deepEqual(
      read(stdout)
        .map(({ result }) => result)
        .sort(),
      ['fail', 'pass'],
    );
  });

  it('that break make the case an error, and the run never green', async () => {
    const { code, stdout } = await program('run', 'a.yaml', '--property', './throws.mjs');
    assert.equal(code, 3);
    assert.match(stdout, /the property never-holds broke/);
  });

  it('that are none are exit code 2, without a stack', async () => {
    for (const [file, message] of [
      ['no-name.mjs', /no name/],
      ['taken.mjs', /that of a property of mktrouble/],
      ['none.mjs', /no such file/],
    ] as const) {
      const { code, stderr } = await program('run', 'a.yaml', '--property', `./${file}`);
      assert.equal(code, 2, file);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it('report to a file or the terminal, of runs and of merged reports', async () => {
    const { code, stderr } = await program('run', 'a.yaml', '-r', './slowest.ts=slowest.txt', '-r', 'json=out.json');
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(path.join(folder.path, 'slowest.txt'), 'utf8'), /ms {2}A\n1 passed, 0 failed/);
    const merged = await program('report', 'merge', 'out.json', '-r', './slowest.ts');
    assert.deepEqual([merged.code, /1 passed, 0 failed/.test(merged.stdout)], [0, true], merged.stderr);
  });

  it('may be a reporter of Mocha’s kind', async () => {
    for (const file of ['./mocha-class.ts', './mocha-class.cjs']) {
      const { code, stdout, stderr } = await program('run', 'a.yaml', '-r', file);
      assert.deepEqual([code, /PASS A/.test(stdout)], [0, true], stderr);
    }
  });

  it('may be a module of CommonJS', async () => {
    const { code, stdout, stderr } = await program('run', 'a.yaml', '-r', './own.cjs');
    assert.deepEqual([code, stdout], [0, 'OWN pass'], stderr);
  });

  it('never turn a run green by a reporter that throws', async () => {
    const { code, stderr } = await program('run', 'a.yaml', '-r', './broken.mjs', '-r', 'json=out.json');
    assert.notEqual(code, 0);
    assert.match(stderr, /no result/);
    const missing = await program('run', 'a.yaml', '-r', './none.ts');
    assert.equal(missing.code, 2);
  });
});
