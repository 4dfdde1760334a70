import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** What was typed, and words that must be offered for it. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  'mktrouble ': ['run', 'replay', 'completion'],
  'mktrouble run --pr': ['--protocol'],
  'mktrouble run -p harden': ['hardened'],
  'mktrouble run --backend ': ['simulated', 'native', 'all'],
  'mktrouble new si': ['signal'],
  'mktrouble explain EBU': ['EBUSY'],
  'mktrouble validate scen': ['scenarios'],
  'mktrouble completion z': ['zsh'],
  'npx mktrouble run --pr': ['--protocol'],
  'npx mktrouble explain EBU': ['EBUSY'],
};

describe('mktrouble completion', () => {
  let folder: Folder;
  const scripts = new Map<Shell, string>();
  before(async () => {
    folder = temporaryFolder({ 'scenarios/a.yaml': '' });
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const { result, stdout } = await capture(() => main(['node', 'mktrouble', 'completion', shell]));
      assert.equal(result, EXIT.ok);
      const file = path.join(folder.path, `completion.${shell}`);
      writeFileSync(file, stdout);
      scripts.set(shell, file);
    }
  });
  after(() => folder.remove());

  const run = (shell: Shell, args: readonly string[]): string[] => {
    const { status, stdout, stderr } = spawnSync(shell, args, { cwd: folder.path, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    return stdout.split('\n').map((line) => line.split('\t')[0]!.replace(/\/$/, ''));
  };
  const isHere = (shell: Shell, test: Mocha.Context): void => {
    if (spawnSync(shell, ['--version']).error === undefined) return;
    console.log(`      skipped: there is no ${shell} here`);
    test.skip();
  };

  it('bash offers what can come next', function () {
    isHere('bash', this);
    const script = `source ${scripts.get('bash')}
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"; [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=()
  if [ "\${COMP_WORDS[0]}" = npx ]; then _mktrouble_npx; else _mktrouble; fi; echo "\${COMPREPLY[*]}"
done`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-uc', script], {
      cwd: folder.path,
      encoding: 'utf8',
      input: `${Object.keys(TYPED).join('\n')}\n`,
    });
    assert.equal(stderr, '');
    const offered = stdout.split('\n').map((line) => line.split(' '));
    Object.entries(TYPED).forEach(([typed, words], i) => {
      for (const word of words) assert.ok(offered[i]!.includes(word), `${typed}: ${offered[i]}`);
    });
  });

  it('fish offers what can come next', function () {
    isHere('fish', this);
    for (const [typed, words] of Object.entries(TYPED)) {
      const offered = run('fish', ['--no-config', '-c', `source ${scripts.get('fish')}; complete -C '${typed}'`]);
      for (const word of words) assert.ok(offered.includes(word), `${typed}: ${offered}`);
    }
  });

  it('zsh understands its script', function () {
    isHere('zsh', this);
    run('zsh', ['-n', scripts.get('zsh')!]);
  });

  it('knows every command', async () => {
    const { stdout } = await capture(() => main(['node', 'mktrouble', 'completion', 'bash']));
    assert.ok(COMMANDS.length > 8);
    const { stdout: help } = await capture(() => main(['node', 'mktrouble', '--help']));
    const names = [...help.matchAll(/^ {2}([a-z]+) .* {2}/gm)].map(([, name]) => name!);
    assert.ok(names.length >= COMMANDS.length);
    for (const name of names) assert.ok(stdout.includes(`'${name}')`) || name === 'help', name);
  });
});
