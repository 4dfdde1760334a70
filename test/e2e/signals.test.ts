/** SIGINT, SIGTERM, SIGHUP and SIGQUIT end every command, whatever it is doing: working, reading, or waiting for its reader. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { ENDING_SIGNALS } from '../../src/cli/interrupt.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { PROGRAM } from '../support/program.ts';

/** How a command ends after a signal: its exit code, or the signal where the kernel ended it. */
type End = number | NodeJS.Signals;

interface Row {
  readonly args: readonly string[];
  /** Whether the command has something to complete, and ends with 130; else the signal ends it as any program. */
  readonly isInterruptible?: true;
  /** Which backend it needs. */
  readonly needs?: 'criu';
}

/** For each command what keeps it at work, or reading, without an end. */
const WORKING: Readonly<Record<string, Row>> = {
  run: { args: ['run', 'endless.yaml'], isInterruptible: true },
  'run --parallel': { args: ['run', 'endless.yaml', 'one.yaml', '--parallel', '2'], isInterruptible: true },
  'run --update': { args: ['run', 'endless.yaml', '--update'], isInterruptible: true },
  'run --watch': { args: ['run', 'one.yaml', '--watch'], isInterruptible: true },
  'run --list': { args: ['run', 'many', '--list'] },
  'run --dry-run': { args: ['run', 'many', '--dry-run'] },
  replay: { args: ['replay', '-'] },
  show: { args: ['show', '-'] },
  lsp: { args: ['lsp'] },
  export: { args: ['export', 'endless.yaml', '--as', 'markdown'], isInterruptible: true },
  bisect: {
    args: ['bisect', 'criu.yaml', '--good', 'HEAD', '--bad', 'HEAD', '--repository', ROOT, '--build', 'sleep 1000'],
    isInterruptible: true,
  },
  outcomes: { args: ['outcomes', 'wide.yaml'] },
  sweep: { args: ['sweep', '--count', '1000000'], isInterruptible: true, needs: 'criu' },
  fuzz: { args: ['fuzz', '--count', '1000000'], isInterruptible: true, needs: 'criu' },
  conformance: { args: ['conformance', './hangs.mjs'], isInterruptible: true },
  'campaign run': { args: ['campaign', 'run', '--at', 'endless', '--parallel', '1'], isInterruptible: true },
  worker: { args: ['worker', '--at', 'endless'], isInterruptible: true },
  'campaign plan': { args: ['campaign', 'plan', 'many', '--at', 'planned'] },
  'report merge': { args: ['report', 'merge', '-'] },
  'report diff': { args: ['report', 'diff', '-', '-'] },
  triage: { args: ['triage', '-'] },
  validate: { args: ['validate', 'many'] },
  lint: { args: ['lint', 'many'] },
  list: { args: ['list', 'many'] },
};

/** Commands that end soon: they can only wait for the reader of what they print. */
const PRINTING: Readonly<Record<string, Row>> = {
  explain: { args: ['explain', 'EBUSY'] },
  'protocol list': { args: ['protocol', 'list'] },
  'protocol show': { args: ['protocol', 'show', 'hardened'] },
  'protocol diff': { args: ['protocol', 'diff', 'series', 'hardened'] },
  init: { args: ['init', 'project'] },
  new: { args: ['new'] },
  doctor: { args: ['doctor'] },
  config: { args: ['config'] },
  history: { args: ['history'] },
  'campaign status': { args: ['campaign', 'status', '--at', 'endless', '--json'] },
  'campaign results': { args: ['campaign', 'results', '--at', 'endless', '--json'] },
  'campaign stop': { args: ['campaign', 'stop', '--at', 'stopped'] },
  setup: { args: ['setup', 'criu'], needs: 'criu' },
  completion: { args: ['completion', 'bash'] },
  outcomes: { args: ['outcomes', 'one.yaml'] },
  list: { args: ['list', 'one.yaml'] },
};

const TREE = '{ pid: 100, children: [{ pid: 101 }, { pid: 102 }] }';
const ENDLESS = `scenario: Endless
tree: ${TREE}
restart: { protocol: hardened }
explore: { strategy: random, schedules: 1000000000 }
`;
/** Too many states to look at all. */
const WIDE = `scenario: Wide
tree: { pid: 100, children: [${Array.from({ length: 12 }, (_, i) => `{ pid: ${101 + i} }`)}] }
`;
/** A backend whose runs never end. */
const HANGS = `setInterval(() => {}, 1000);
export default { contract: 1, name: 'hangs', create: () => ({
  name: 'hangs', capabilities: async () => [{ name: 'hangs', available: true, detail: '' }],
  refuses: () => undefined, run: () => new Promise(() => {}), dispose: async () => {},
}) };
`;
const COUNTS = { passed: 1, failed: 0, flaky: 0, errors: 0, incomplete: 0, skipped: 0 };
const RUN = { number: 1, time: '2026-01-01T00:00:00Z', duration: 1, command: 'mktrouble run', ...COUNTS };
const HISTORY = { version: 1, runs: [{ ...RUN, interrupted: false, findings: [] }], cases: {} };
/** Near the limit of a file's cases. */
const MANY = `scenario: Many
tree: ${TREE}
matrix: { a: [${[...Array(200).keys()]}], b: [${[...Array(200).keys()]}] }
`;

describe('a signal ends', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let folder: Folder;
  let noCriu: string | undefined;

  before(async () => {
    folder = temporaryFolder({
      'endless.yaml': ENDLESS,
      'wide.yaml': WIDE,
      'criu.yaml': 'scenario: CRIU\ntree: { pid: 100 }\ncriu: {}\n',
      'hangs.mjs': HANGS,
      'one.yaml': `scenario: One\ntree: ${TREE}\n`,
      '.mktrouble/history.json': JSON.stringify(HISTORY),
    });
    // To load them all takes many times as long as a command is waited for.
    for (let i = 0; i < 300; i++) folder.write(`many/${i}.yaml`, MANY);
    for (const at of ['endless', 'stopped']) {
      const { status, stderr } = spawnSync(
        process.execPath,
        [...PROGRAM, 'campaign', 'plan', 'endless.yaml', '--seeds', '1000', '--at', at],
        { cwd: folder.path, encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
    }
    const criu = await locateCriu();
    if (typeof criu === 'string') noCriu = criu;
  });
  after(() => folder.remove());

  /** Starts a command, sends the signal once it neither starts nor ends any more, and waits for its end. */
  const endBy = async (
    signal: NodeJS.Signals,
    { args, needs, isInterruptible }: Row,
    stdout: number | 'ignore',
  ): Promise<End | 'skip'> => {
    if (needs === 'criu' && noCriu !== undefined) {
      console.log(`      skipped: ${noCriu}`);
      return 'skip';
    }
    const child = spawn(process.execPath, [...PROGRAM, ...args], {
      cwd: folder.path,
      // Room for all files: with less a command refuses them, and ends.
      // In CI --update is refused.
      env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=24000', NO_COLOR: '1', CI: '' },
      stdio: ['pipe', stdout, 'pipe'],
    });
    let said = '';
    child.stderr!.on('data', (piece) => (said += piece));
    try {
      const ended = new Promise<End>((resolve) => child.once('exit', (code, by) => resolve(code ?? by!)));
      const closed = new Promise((resolve) => child.once('close', () => resolve(true)));
      const end = await Promise.race([ended, atWork(child.pid!, isInterruptible === true)]);
      assert.equal(end, undefined, `it has ended without a signal: ${end}\n${said}`);
      child.kill(signal);
      const last = await Promise.race([ended, sleep(60_000, undefined, { ref: false })]);
      assert.notEqual(last, undefined, `${args.join(' ')} goes on after ${signal}`);
      assert.doesNotMatch(said, /\n {4}at /);
      const isClosed = await Promise.race([closed, sleep(10_000, false, { ref: false })]);
      assert.ok(isClosed, `${args.join(' ')} leaves a process that has its standard error`);
      return last!;
    } finally {
      child.kill('SIGKILL');
    }
  };

  for (const [i, [name, row]] of Object.entries(WORKING).entries()) {
    // Signals differ in nothing but their number: each command gets one of them, the first all.
    for (const signal of i === 0 ? ENDING_SIGNALS : [ENDING_SIGNALS[i % ENDING_SIGNALS.length]!]) {
      it(`${name}, at work: ${signal}`, async function () {
        const end = await endBy(signal, row, 'ignore');
        if (end === 'skip') return this.skip();
        assert.equal(end, row.isInterruptible ? EXIT.interrupted : signal);
      });
    }
  }

  for (const [name, row] of Object.entries(PRINTING)) {
    it(`${name}, whose reader reads nothing: SIGTERM`, async function () {
      const pipe = openFullPipe(path.join(folder.path, `pipe-${name.replace(' ', '-')}`));
      try {
        const end = await endBy('SIGTERM', row, pipe);
        if (end === 'skip') return this.skip();
        assert.ok(end === EXIT.interrupted || end === 'SIGTERM', String(end));
      } finally {
        closeSync(pipe);
      }
    });
  }

  it('every command: each has a row', () => {
    const rows = Object.values({ ...WORKING, ...PRINTING }).map(({ args }) => args.join(' '));
    for (const name of commandNames())
      assert.ok(
        rows.some((args) => args === name || args.startsWith(`${name} `)),
        name,
      );
  });
});

/** The commands of the program, `report merge` among them. */
function commandNames(): string[] {
  const program = new Command();
  for (const add of COMMANDS) add({ program, action: () => async () => {} });
  const names = (command: Command, before: string): string[] =>
    command.commands.flatMap((one) => {
      const name = `${before}${one.name()}`;
      return one.commands.length > 0 ? names(one, `${name} `) : [name];
    });
  return names(program, '');
}

/** A pipe that can take no more: writing to it waits for a reader, and there is none. */
function openFullPipe(file: string): number {
  assert.equal(spawnSync('mkfifo', [file]).status, 0);
  const fd = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  const page = Buffer.alloc(4096);
  try {
    for (;;) writeSync(fd, page);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
  }
  return fd;
}

/** Seconds of work of a process and its threads so far. */
function worked(pid: number): number {
  const [, after] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user, system] = after!.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/**
 * Resolves when a process has worked for longer than a start takes, or waits: it has not worked at all for a while. `handles`: its
 * own handler of signals has to be there by then, however long a start takes on this machine.
 */
async function atWork(pid: number, handles: boolean): Promise<undefined> {
  const START = 1.5;
  try {
    while (handles && !hasHandler(pid)) await sleep(50);
    for (let before = worked(pid), idle = 0; idle < 20 && before < START; ) {
      await sleep(50);
      const now = worked(pid);
      idle = now > before || now < 0.1 || isAboutToRun(pid) ? 0 : idle + 1;
      before = now;
    }
  } catch {
    // It has ended: its end is what counts.
    await sleep(60_000, undefined, { ref: false });
  }
  return undefined;
}

/** Whether a program of ours handles signals: Node itself has handlers for SIGINT and SIGTERM from its start, and none for SIGQUIT. */
function hasHandler(pid: number): boolean {
  const [, caught] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))!;
  return (BigInt(`0x${caught}`) & (1n << BigInt(os.constants.signals.SIGQUIT - 1))) !== 0n;
}

/** Whether a thread of the process runs, or waits for a processor. */
function isAboutToRun(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some((thread) =>
    / [RD] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1').replace(/.*\)/, '')),
  );
}
