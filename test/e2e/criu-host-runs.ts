/**
 * Runs cases for CRIU on a machine of its own, aborts them on request, and prints what of the machine differs
 * afterwards. Started by criu-host-clean.test.ts. Arguments: the campaign, how many kills it has, and the command that
 * starts CRIU.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { criu } from '../../src/backends/criu/index.ts';
import { runCase } from '../../src/injector/index.ts';
import { CRIU_STAGE_NAMES } from '../../src/model/criu.ts';
import { defineScenario } from '../../src/scenario/index.ts';
import { compareStates, hostState } from '../support/host-state.ts';
import { PROGRAM } from '../support/program.ts';

const [campaign, kills, ...command] = process.argv.slice(2);
/** Kills of a campaign that aborts runs. */
const times = Number(kills);
/** Outside of what is compared: the tests' own files. */
const WORK = '/tmp/work';
/** Milliseconds until mktrouble has begun or ended, and the kernel has removed the last namespace, on a busy machine. */
const PATIENCE = 60_000;

mkdirSync(WORK, { mode: 0o700 });
const program = path.join(WORK, 'criu');
// What CRIU does in its first moments, for longer: it tries the kernel in a folder of its own.
const PROBE = 'probe=$(mktemp -d /tmp/.criu.move_mount_set_group.XXXXXX); sleep 0.03; rmdir "$probe"';
writeFileSync(program, `#!/bin/sh\n${PROBE}\nexec ${command.join(' ')} "$@"\n`, { mode: 0o700 });
process.env['MKTROUBLE_CRIU'] = program;
process.env['MKTROUBLE_CACHE'] = path.join(WORK, 'cache');

const CONNECTED = [
  'import socket, time',
  "s = socket.create_server(('127.0.0.1', 8124)); c = socket.create_connection(('127.0.0.1', 8124)); p = s.accept()",
  "open('/dev/shm/left', 'w').write('x')",
  'time.sleep(1000)',
].join('; ');
const CONNECTION = { tree: { pid: 100 }, subject: { command: ['python3', '-c', CONNECTED] } };
const TREE = {
  tree: {
    pid: 100,
    children: [
      { pid: 101, threads: [103] },
      { pid: 102, state: 'zombie' },
    ],
  },
  criu: {},
};

const OUT = path.join(WORK, 'out');
const MANY = path.join(WORK, 'many.yaml');
writeFileSync(
  MANY,
  JSON.stringify({
    scenario: 'many',
    ...CONNECTION,
    criu: { repeat: 1000, limit: 20_000 },
    expect: { coordinator: 'ok' },
  }),
);

let runs = 0;
/** Runs in which happened what was to be tested. */
let played = 0;

/** Plays cases, one after the other, in this process. */
async function play(scenarios: readonly object[], options = {}): Promise<void> {
  const backend = criu({ ...options, allowCommands: true });
  for (const [i, scenario] of scenarios.entries()) {
    for (const c of defineScenario({ scenario: `case ${i}`, ...scenario } as Parameters<typeof defineScenario>[0])) {
      const { record, reason } = await runCase(c, { backend });
      runs++;
      if (record?.criu && (c.faults.length === 0 || record.criu.hits.length > 0)) played++;
      else process.stdout.write(`not played: ${JSON.stringify([scenario, reason, record?.criu])}\n`);
    }
  }
  await backend.dispose();
}

/** mktrouble on a case that is played many times. */
function startRun(): ChildProcess {
  const args = [...PROGRAM, 'run', MANY, '--allow-commands', '--reporter', 'dot', '--replays', OUT];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
}

/** The pids of processes with this in their command. */
function find(what: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(what);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const isCriuAtWork = (): boolean => find('-D /run/mktrouble/images').length > 0;

async function waitForCriu(child: ChildProcess): Promise<void> {
  const late = performance.now() + PATIENCE;
  while (!isCriuAtWork() && child.exitCode === null && performance.now() < late) await sleep(5);
}

/** Starts runs and kills a part of each at a seeded moment of a call of CRIU. */
async function abort(times: number, kill: (child: ChildProcess, i: number) => void): Promise<void> {
  const random = seedrandom('moments');
  for (let i = 0; i < times; i++) {
    const child = startRun();
    let said = '';
    for (const pipe of [child.stdout!, child.stderr!]) pipe.on('data', (piece) => (said += piece));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // One of its first calls, and not always the first; then a moment of it.
    await waitForCriu(child);
    await sleep(random() * 400);
    await waitForCriu(child);
    await sleep(random() * 60);
    if (!isCriuAtWork()) await waitForCriu(child);
    runs++;
    if (isCriuAtWork()) played++;
    kill(child, i);
    // A mktrouble that waits indefinitely for what was killed is a defect that this shows.
    await Promise.race([ended, sleep(PATIENCE, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid!, 'SIGKILL');
      throw new Error(`mktrouble does not end: ${said}`);
    }
  }
}

/** The stages at which CRIU can be killed, for a tree and for a program with a connection. */
function killed(): object[] {
  const stages = CRIU_STAGE_NAMES.filter((stage) => !/namespaces|network|before-/.test(stage));
  return stages.flatMap((stage) =>
    [TREE, CONNECTION].map((one) => ({ ...one, faults: [{ kill: 'coordinator', when: { criu: stage } }] })),
  );
}

const CAMPAIGNS: Readonly<Record<string, () => Promise<void>>> = {
  ended: () =>
    play([
      TREE,
      CONNECTION,
      { ...TREE, criu: { 'script-fails': 'post-restore' } },
      { ...TREE, criu: { namespace: 'own' } },
    ]),
  'criu-killed': () => play(killed()),
  user: () => play([TREE, ...killed().slice(0, 4)], { userNamespace: true }),
  killed: () => abort(times, (child) => child.kill('SIGKILL')),
  'group-killed': () =>
    abort(times, (child, i) => process.kill(-child.pid!, (['SIGKILL', 'SIGQUIT', 'SIGHUP'] as const)[i % 3]!)),
  'warden-killed': () =>
    abort(times, () => {
      const wardens = find('criu-agent').filter((pid) => find(' serve ').includes(pid));
      for (const pid of wardens) process.kill(pid, 'SIGKILL');
    }),
};

// What is made once and kept: the compiled agent.
await play([TREE]);
[runs, played] = [0, 0];
const before = hostState();
await CAMPAIGNS[campaign!]!();
/** Replay files and the history of runs are what a run is to leave. */
const compare = () => compareStates(before, hostState()).filter((line) => !line.includes(OUT));
let differences = compare();
for (let waited = 0; differences.length > 0 && waited < PATIENCE; waited += 100) {
  await sleep(100);
  differences = compare();
}
process.stdout.write(`\n${JSON.stringify({ differences, runs, played })}\n`);
