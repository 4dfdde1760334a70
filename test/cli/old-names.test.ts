/** A name that has been replaced: accepted for one version, reported as renamed, and replaced by `lint --fix`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { loadScenarios } from '../../src/index.ts';
import { KNOWN_NAMES, resolveName } from '../../src/injector/known.ts';
import { parseReplay } from '../../src/injector/replay-file.ts';
import { defineScenario } from '../../src/scenario/index.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';

const OLD = `scenario: Old names
tree: { pid: 100 }
criu: {}
expect:
  violates: [{ property: failed-restore-says-so, versions: "<4.2" }]
  may-violate: ['no-bystander-harmed'] # kept
  except:
    - failed-restore-leaves-nobody
`;
const NEW = OLD.replace('failed-restore-says-so', 'failed-restore-reports-error')
  .replace('no-bystander-harmed', 'bystanders-untouched')
  .replace('failed-restore-leaves-nobody', 'failed-restore-leaves-no-task');

const FROM_MATRIX = `scenario: An old name in the matrix
tree: { pid: 100 }
matrix: { defect: [nobody-left-waiting, sigkill-kills] }
expect: { may-violate: ["\${{ matrix.defect }}"] }
`;

describe('a name that has been replaced', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder({ 'old.yaml': OLD });
  });
  afterEach(() => folder.remove());
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', ...args]));
  const file = () => path.join(folder.path, 'old.yaml');

  it('leads to a current one, which is none of the old ones', () => {
    for (const kind of ['properties', 'protocols'] as const) {
      const old = Object.entries(KNOWN_NAMES.renamed[kind]);
      for (const [from, to] of old) {
        assert.ok(KNOWN_NAMES[kind].includes(to), to);
        assert.ok(!KNOWN_NAMES[kind].includes(from), from);
        assert.equal(resolveName(kind, from), to);
      }
    }
    assert.equal(resolveName('properties', 'constructor'), 'constructor');
  });

  it('loads as the current one, with a warning at its place', () => {
    const { cases, diagnostics } = loadScenarios([file()]);
    const { violates, mayViolate, except, versions } = cases[0]!.expect;
    assert.deepEqual(
      [violates, mayViolate, except],
      [['failed-restore-reports-error'], ['bystanders-untouched'], ['failed-restore-leaves-no-task']],
    );
    assert.deepEqual(versions, { 'failed-restore-reports-error': '<4.2' });
    assert.deepEqual(
      diagnostics.map(({ severity, line, replacement }) => [severity, line, replacement]),
      [
        ['warning', 5, 'failed-restore-reports-error'],
        ['warning', 6, 'bystanders-untouched'],
        ['warning', 8, 'failed-restore-leaves-no-task'],
      ],
    );
  });

  it('is no error in code', () => {
    const [c] = defineScenario(
      { scenario: 'A', tree: { pid: 100 }, expect: { except: ['ghosts-leave'] } },
      KNOWN_NAMES,
    );
    assert.deepEqual(c!.expect.except, ['ghosts-exit']);
  });

  it('is shown by validate, and is a finding of lint', async () => {
    const validated = await command('validate', file());
    assert.equal(validated.result, EXIT.ok);
    assert.match(validated.stderr, /old\.yaml:5:\d+: warning: failed-restore-says-so .*failed-restore-reports-error/);
    const linted = await command('lint', file(), '--json');
    assert.equal(linted.result, EXIT.finding);
    const rules = linted.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).rule);
    assert.deepEqual(rules, ['old-name', 'old-name', 'old-name']);
  });

  it('is replaced by lint --fix, and nothing else of the file is', async () => {
    const { result, stdout } = await command('lint', '--fix', file());
    assert.equal(result, EXIT.ok, stdout);
    assert.equal(readFileSync(file(), 'utf8'), NEW);
  });

  it('from the matrix is reported, and left to the user', async () => {
    const written = folder.write('matrix.yaml', FROM_MATRIX);
    const { result, stdout } = await command('lint', '--fix', written);
    assert.equal(result, EXIT.finding);
    assert.match(stdout, /no-task-left-waiting/);
    assert.equal(readFileSync(written, 'utf8'), FROM_MATRIX);
  });

  it('is explained by its current name, and read from a replay file', async () => {
    const { result, stdout, stderr } = await command('explain', 'nobody-resumes-early');
    assert.equal(result, EXIT.ok);
    assert.match(stdout, /^no-task-resumes-early/);
    assert.match(stderr, /renamed to no-task-resumes-early/);
    const name =
      'docs/findings/05-a-task-resumes-before-all-tasks-are-restored-after-a-signal-at-sync-point-3.replay.yaml';
    const text = readFileSync(path.join(ROOT, name), 'utf8').replace('no-task-resumes-early', 'nobody-resumes-early');
    const replay = parseReplay(text, name);
    assert.ok(typeof replay !== 'string', String(replay));
    assert.equal(replay.property, 'no-task-resumes-early');
  });

  it('is in no file that ships', () => {
    assert.deepEqual(loadScenarios([path.join(ROOT, 'scenarios')]).diagnostics, []);
    // Some examples name what comes with them, and is not loaded here.
    const { diagnostics } = loadScenarios([path.join(ROOT, 'docs/examples')]);
    assert.deepEqual(
      diagnostics.filter(({ replacement }) => replacement !== undefined),
      [],
    );
  });
});
