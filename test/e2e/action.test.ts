/** action.yml and Containerfile: their shell steps are run, or at least parsed, as a runner of GitHub and a builder of images would. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

const ACTION: Action = parse(readFileSync(path.join(ROOT, 'action.yml'), 'utf8'));
const PASSES = 'scenario: Passes\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n';
const FAILS = 'scenario: Fails\ntree: { pid: 100 }\nexpect: { coordinator: failed }\n';

describe('action.yml', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let folder: Folder;

  beforeEach(() => {
    folder = temporaryFolder({ 'scenarios/it.yaml': PASSES, output: '', summary: '' });
    mkdirSync(path.join(folder.path, 'node_modules/.bin'), { recursive: true });
    symlinkSync(path.join(ROOT, 'dist/src/cli/bin.js'), path.join(folder.path, 'node_modules/.bin/mktrouble'));
  });
  afterEach(() => folder.remove());

  /** The steps with these inputs, each as GitHub runs it, up to the first that fails. */
  const run = (inputs: Readonly<Record<string, string>> = {}) => {
    let status: number | null = 0;
    let said = '';
    for (const step of ACTION.runs.steps) {
      const env = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, fill(text, inputs)]));
      const ended = spawnSync(step.shell, ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
        cwd: folder.path,
        encoding: 'utf8',
        env: {
          ...process.env,
          ...env,
          GITHUB_OUTPUT: path.join(folder.path, 'output'),
          GITHUB_STEP_SUMMARY: path.join(folder.path, 'summary'),
          GITHUB_WORKSPACE: folder.path,
        },
      });
      status = ended.status;
      said += ended.stdout + ended.stderr;
      if (status !== 0) break;
    }
    const read = (name: string): string => readFileSync(path.join(folder.path, name), 'utf8');
    return { status, said, outputs: read('output'), summary: read('summary') };
  };

  const fill = (text: string, inputs: Readonly<Record<string, string>>): string =>
    text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => inputs[name] ?? ACTION.inputs[name]!.default);

  it('hands inputs to the shell as variables only, and each input is used', () => {
    assert.equal(ACTION.runs.using, 'composite');
    for (const { run: text, name } of ACTION.runs.steps) assert.doesNotMatch(text, /\$\{\{/, name);
    const used = ACTION.runs.steps.flatMap(({ env }) => Object.values(env)).join(' ');
    for (const name of Object.keys(ACTION.inputs)) assert.ok(used.includes(`inputs.${name} }}`), name);
  });

  it('runs the scenarios, writes the reports and the job summary, and has the exit code as output', () => {
    const { status, said, outputs, summary } = run();
    assert.equal(status, EXIT.ok, said);
    assert.match(outputs, /^exit-code=0$/m);
    assert.match(summary, /all cases passed/);
    for (const name of ['junit.xml', 'report.json', 'report.html'])
      assert.ok(existsSync(path.join(folder.path, '.mktrouble/reports', name)), name);
  });

  it('fails with findings, and annotates them', () => {
    folder.write('more/fails.yaml', FAILS);
    const { status, said, outputs } = run({ paths: 'scenarios more', args: '--seed 7' });
    assert.equal(status, EXIT.finding, said);
    assert.match(outputs, /^exit-code=1$/m);
    assert.match(said, /^::error file=more\/fails\.yaml,/m);
  });

  it('takes a text with commands of the shell in it as a text', () => {
    const { status, said } = run({ paths: '$(touch here) `touch here`', backend: '"; touch here; "' });
    assert.equal(status, EXIT.input, said);
    assert.ok(!existsSync(path.join(folder.path, 'here')));
  });
});

describe('Containerfile', () => {
  const text = readFileSync(path.join(ROOT, 'Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));

  it('has only instructions that a builder knows, and copies only what exists', () => {
    for (const line of lines) assert.match(line, /^(FROM|RUN|COPY|WORKDIR|ENTRYPOINT|CMD) /);
    for (const [, sources] of lines.map((line) => /^COPY (?!--from)(.*) \S+$/.exec(line) ?? []))
      for (const source of sources?.split(' ') ?? []) assert.ok(existsSync(path.join(ROOT, source)), source);
  });

  it('has commands that a shell can parse, and starts the program of the package', () => {
    for (const line of lines.filter((one) => one.startsWith('RUN '))) {
      const { status, stderr } = spawnSync('sh', ['-n', '-c', line.slice('RUN '.length)], { encoding: 'utf8' });
      assert.equal(status, 0, `${line}\n${stderr}`);
    }
    const { bin } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const entry = lines.find((line) => line.startsWith('ENTRYPOINT '))!;
    assert.ok(Object.keys(bin).includes(JSON.parse(entry.slice('ENTRYPOINT '.length))[0]), entry);
  });
});
