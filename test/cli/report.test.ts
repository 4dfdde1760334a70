import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const summary = {
  cases: 1,
  passed: 1,
  failed: 0,
  errors: 0,
  skipped: 0,
  violations: 0,
  known: 0,
  duration: 5,
  interrupted: false,
};
const one = (title: string, result: string, violations: readonly string[] = []) => ({
  id: title,
  result,
  title,
  suites: [],
  position: { file: 'a.yaml', line: 1, column: 1 },
  duration: 1,
  scenario: title,
  why: null,
  tags: [],
  matrix: {},
  backend: 'simulated',
  protocol: 'hardened',
  seed: '0',
  reason: null,
  violations: violations.map((property) => ({ property, message: 'it does not hold' })),
  known: [],
  tried: { strategy: 'random', schedules: 1, complete: false },
  replay: null,
  command: null,
  error: null,
});
const report = (...cases: readonly object[]) => JSON.stringify({ version: 1, cases, summary });

/** The texts in a report's page: its lines that are packed strings. */
function embeddedTexts(page: string): string[] {
  const [, data = ''] = /<script[^>]*id="mktrouble-details"[^>]*>([^<]*)</.exec(page) ?? [];
  const values = data
    .trim()
    .split('\n')
    .map((line) => JSON.parse(inflateRawSync(Buffer.from(line, 'base64')).toString('utf8')) as unknown);
  return values.filter((value) => typeof value === 'string');
}

describe('mktrouble report', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'good.json': report(one('a', 'pass')),
      'bad.json': report(one('a', 'fail', ['no-task-left-waiting']), one('b', 'pass')),
      'none.json': '{}',
    });
  });
  after(() => folder.remove());
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', 'report', ...args]));
  const at = (name: string) => path.join(folder.path, name);

  it('merge writes one report, of any kind', async () => {
    const kinds = [
      ['junit', 'm.xml'],
      ['json', 'm.json'],
      ['tap', 'm.tap'],
      ['html', 'm.html'],
    ] as const;
    const { result, stderr } = await command(
      'merge',
      at('good.json'),
      at('bad.json'),
      ...kinds.flatMap(([name, file]) => ['-r', `${name}=${at(file)}`]),
    );
    assert.equal(result, EXIT.ok);
    assert.match(stderr, /1 case in several reports/);
    const read = (name: string) => readFileSync(at(name), 'utf8');
    assert.deepEqual(
      JSON.parse(read('m.json')).cases.map((c: { title: string; result: string }) => [c.title, c.result]),
      [
        ['a', 'fail'],
        ['b', 'pass'],
      ],
    );
    assert.match(read('m.xml'), /tests="2"/);
    assert.match(read('m.tap'), /not ok 1 - a/);
    assert.match(read('m.html'), /mktrouble-index/);
  });

  it('merge shows the source of a scenario below the working folder, and no other file that a report names', async () => {
    const outside = temporaryFolder({ 'secret.yaml': 'scenario: outside' });
    const here = temporaryFolder({
      'a.yaml': 'scenario: inside',
      'keys.yaml': 'token: hidden',
      'notes.txt': 'scenario: notes',
    });
    symlinkSync(path.join(outside.path, 'secret.yaml'), path.join(here.path, 'linked.yaml'));
    symlinkSync(outside.path, path.join(here.path, 'linked'));
    const named = [
      ...['a.yaml', 'keys.yaml', 'notes.txt', 'linked.yaml', 'linked/secret.yaml', '/proc/self/environ', 'gone.yaml'],
      ...[path.join(outside.path, 'secret.yaml'), path.relative(here.path, path.join(outside.path, 'secret.yaml'))],
    ];
    const cases = named.map((file, i) => ({
      ...one(`case ${i}`, 'fail', ['no-task-left-waiting']),
      position: { file, line: 1, column: 1 },
    }));
    writeFileSync(path.join(here.path, 'report.json'), report(...cases));
    const before = process.cwd();
    process.chdir(here.path);
    try {
      assert.equal((await command('merge', 'report.json', '-r', 'html=m.html')).result, EXIT.ok);
      assert.deepEqual(embeddedTexts(readFileSync('m.html', 'utf8')), ['scenario: inside']);
    } finally {
      process.chdir(before);
      here.remove();
      outside.remove();
    }
  });

  it('diff says what became worse, by its exit code too', async () => {
    const worse = await command('diff', at('good.json'), at('bad.json'));
    assert.equal(worse.result, EXIT.finding);
    assert.match(worse.stdout, /pass -> fail: no-task-left-waiting/);
    assert.equal((await command('diff', at('bad.json'), at('good.json'))).result, EXIT.ok);
    assert.match((await command('diff', at('good.json'), at('bad.json'), '--markdown')).stdout, /### Worse \(1\)/);
  });

  it('a file that is no report, or not there, is bad input, and all of them are named', async () => {
    const { result, stderr } = await command('merge', at('none.json'), at('nowhere.json'));
    assert.equal(result, EXIT.input);
    assert.match(stderr, /none\.json/);
    assert.match(stderr, /nowhere\.json/);
    assert.equal((await command('merge', at('good.json'), '-r', 'dot')).result, EXIT.input);
  });
});
