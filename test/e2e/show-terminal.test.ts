/** `mktrouble show` on a real terminal: however it ends, the terminal is as it was before. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listChildren } from '../../src/backends/host/stopped.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { ENDING_SIGNALS } from '../../src/cli/interrupt.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble, PROGRAM } from '../support/program.ts';

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';
const SHOW_CURSOR = '\u001b[?25h';

describe('mktrouble show on a terminal', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let folder: Folder;
  let replay: string;
  let terminal: ChildProcess | undefined;

  before(async function () {
    if (spawnSync('script', ['--version']).status !== 0) {
      console.log('      skipped: there is no script(1) (package bsdutils)');
      this.skip();
    }
    folder = temporaryFolder({ 'a.yaml': 'scenario: A\ntree: { pid: 100 }\nexpect: { coordinator: EPERM }\n' });
    await mktrouble(['run', 'a.yaml', '--replays', 'out'], { cwd: folder.path });
    const [name] = readdirSync(path.join(folder.path, 'out')).filter((one) => one.endsWith('.replay.yaml'));
    replay = path.join(folder.path, 'out', name!);
  });
  after(() => folder?.remove());
  afterEach(() => void terminal?.kill('SIGKILL'));

  /** Starts `show` in a shell on a terminal, which prints the terminal's settings before and afterwards. */
  const showOnTerminal = async () => {
    const show = [process.execPath, ...PROGRAM, 'show', replay].map((word) => `'${word}'`).join(' ');
    const child = spawn(
      'script',
      ['-qec', `echo "modes $(stty -g)"; ${show}; echo "ended $?"; echo "modes $(stty -g)"`, '/dev/null'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' },
      },
    );
    terminal = child;
    const seen = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      seen.text += piece;
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    while (!seen.text.includes(ENTER) && child.exitCode === null) await sleep(20);
    const [shell] = listChildren(child.pid!);
    const [pid] = listChildren(shell!);
    assert.ok(pid !== undefined, seen.text);
    return { child, pid, seen, ended };
  };

  const assertRestored = (text: string): void => {
    assert.ok(text.lastIndexOf(LEAVE) > text.lastIndexOf(ENTER), JSON.stringify(text));
    assert.ok(text.includes(SHOW_CURSOR), JSON.stringify(text));
    const settings = text.match(/(?<=modes )\S+/g) ?? [];
    assert.equal(settings.length, 2, text);
    assert.equal(settings[1], settings[0]);
  };

  for (const signal of ENDING_SIGNALS) {
    it(`${signal} leaves it as it was`, async () => {
      const { pid, seen, ended } = await showOnTerminal();
      process.kill(pid, signal);
      await ended;
      assertRestored(seen.text);
      assert.match(seen.text, new RegExp(`ended ${EXIT.interrupted}\\b`));
    });
  }

  for (const key of ['q', '\u0003']) {
    it(`the key ${JSON.stringify(key)} leaves it as it was`, async () => {
      const { child, seen, ended } = await showOnTerminal();
      child.stdin.write(key);
      await ended;
      assertRestored(seen.text);
      assert.match(seen.text, /ended 0\b/);
    });
  }

  it('ends when the terminal is closed', async () => {
    const { child, pid, ended } = await showOnTerminal();
    child.kill('SIGKILL');
    await ended;
    while (existsSync(`/proc/${pid}`)) await sleep(20);
  });
});
