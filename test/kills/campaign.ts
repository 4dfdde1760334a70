/**
 * Kills runs of mktrouble on a machine of its own, one after the other. After each: the run has ended with a code that the
 * documentation has, no report is broken, and the machine is as before. What a run that was killed by SIGKILL cannot remove
 * itself (temporary files beside its output) is gone after the next run. Arguments: kills, seed, a Subject as JSON, the only
 * backend or nothing.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { EXIT } from '../../src/cli/exit.ts';
import { compareStates, hostState } from '../support/host-state.ts';
import { PROGRAM } from '../support/program.ts';
import { findPart, PARTS, type Part } from './processes.ts';
import { countNewReports, findBrokenReports, findLeftFiles, OLD } from './reports.ts';
import { BACKENDS, type BackendName, longRun, nextRun, REPORTS, type Target, writeRuns } from './runs.ts';
import type { Subject } from './subject.ts';

const [kills, seed, subject, only] = process.argv.slice(2);
const { criu, oci } = JSON.parse(subject!) as Subject;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const;
type Signal = (typeof SIGNALS)[number];

/** Outside of what is compared: the campaign's own files. */
const WORK = '/tmp/work';
const CACHE = path.join(WORK, 'cache');
/** Milliseconds until a part has started, the run has ended, or the kernel has removed a namespace, on a busy machine. */
const PATIENCE = 60_000;
/** Milliseconds in which a run starts, and is at work. */
const START = 2500;
/** Milliseconds after its start within which a part is killed. A call of CRIU takes some 60 ms. */
const LATEST: Readonly<Record<Part, number>> = {
  mktrouble: START,
  group: START,
  worker: 150,
  warden: 150,
  init: 150,
  criu: 40,
  runtime: 50,
};
/** Milliseconds after which mktrouble is interrupted when a part of it was killed, and it goes on. */
const GOES_ON = 300;

const random = seedrandom(`kills ${seed}`);
const draw = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

interface Kill extends Target {
  readonly part: Part;
  readonly signal: Signal;
  /** Worker processes; 1: none. */
  readonly workers: number;
  /** Milliseconds after the start of the part, or of mktrouble. */
  readonly moment: number;
}

function drawKill(): Kill {
  const isHere = { simulated: true, native: true, criu: criu.length > 0, oci: oci !== undefined };
  const backend = draw(BACKENDS.filter((name) => isHere[name] && (!only || only === name)));
  const runtime = backend === 'oci' ? draw(oci!.names) : undefined;
  const lacking: Readonly<Record<BackendName, readonly Part[]>> = {
    simulated: ['warden', 'init', 'criu', 'runtime'],
    native: ['criu', 'runtime'],
    criu: ['runtime'],
    oci: runtime === 'runsc' ? ['criu'] : [],
  };
  const parts = PARTS.filter((part) => !lacking[backend].includes(part));
  const part = draw(parts);
  const workers = part === 'worker' || random() < 0.3 ? 2 : 1;
  const moment = random() * LATEST[part];
  return { backend, ...(runtime && { runtime }), part, signal: draw(SIGNALS), workers, moment };
}

function start(args: readonly string[]): ChildProcess {
  const criuProgram = criu.length > 0 ? { MKTROUBLE_CRIU: path.join(WORK, 'criu') } : {};
  const env = { PATH: process.env['PATH'], HOME: WORK, MKTROUBLE_CACHE: CACHE, NO_COLOR: '1', ...criuProgram };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, [...PROGRAM, ...args], { cwd: WORK, env, stdio: [...stdio], detached: true });
}

/** Waits for the end of a process: how it ended. Undefined when it does not end. */
async function waitForEnd(child: ChildProcess): Promise<string | undefined> {
  const over = () => child.exitCode ?? child.signalCode ?? undefined;
  for (const late = performance.now() + PATIENCE; over() === undefined && performance.now() < late; ) await sleep(5);
  return over() === undefined ? undefined : String(over());
}

/** Sends the signal at its moment: how many processes got it, and whether mktrouble handled such signals then. */
async function send({ part, signal, moment }: Kill, child: ChildProcess): Promise<{ hit: number; isHandled: boolean }> {
  const late = performance.now() + PATIENCE;
  while (findPart(part, child.pid!).length === 0 && child.exitCode === null && performance.now() < late) await sleep(5);
  await sleep(moment);
  let hit = 0;
  const isHandled = signal !== 'SIGKILL' && handlesSignals(child.pid!);
  for (const pid of findPart(part, child.pid!)) {
    try {
      process.kill(pid, signal);
      hit++;
    } catch {
      // It has ended since.
    }
  }
  return { hit, isHandled };
}

/**
 * Whether mktrouble handles the signals that end it at this moment: not yet while it starts. Node has a handler of its own
 * for SIGINT and SIGTERM from its start, which changes nothing about them.
 */
function handlesSignals(pid: number): boolean {
  const [, mask = '0'] = /SigCgt:\s*([0-9a-f]+)/.exec(readStatus(pid)) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals.SIGHUP - 1)) & 1n) === 1n;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * What is wrong with the end of a run. `isHandled`: whether mktrouble handled the signal that it got itself. `said`: the end of what
 * it printed.
 */
function judgeEnd(
  { backend, part, signal }: Kill,
  isHandled: boolean,
  end: string | undefined,
  said: string,
  milliseconds: number,
): string[] {
  if (end === undefined) return ['mktrouble does not end'];
  const isWhole = part === 'mktrouble' || part === 'group';
  // While it starts or exits, a signal does what it does to any program; and what was killed may have been taken for a defect.
  const itself = isHandled ? [EXIT.interrupted] : [isWhole ? signal : 'SIGINT', EXIT.interrupted];
  // A CRIU that a signal kills is a finding, after which a run may end before it is interrupted.
  // So may one whose idle agent was killed: it takes another, and only the case that fails by design is a finding.
  const isUnaffected = !isWhole && /\b\d+ passed, 1 failed \(/.test(said);
  // To a container every process of its sandbox is the runtime's own.
  const without = part === 'criu' || backend === 'oci' || isUnaffected ? [EXIT.finding] : [];
  // What finds out what works here, or starts the container of a case, was killed: then that does not work here, and it says so.
  const isUnable =
    !isWhole &&
    backend === 'oci' &&
    /nothing was run: |cannot start a container here: |tasks of a container of \w+ do not answer/.test(said);
  const allowed = isWhole ? itself : [...itself, EXIT.defect, ...without, ...(isUnable ? [EXIT.input] : [])];
  if (!allowed.map(String).includes(end)) return [`it ended with ${end}`];
  if (isWhole) slowest = Math.max(slowest, milliseconds);
  return [];
}

/** Milliseconds from a signal to mktrouble to its end, at most. */
let slowest = 0;

/** What of the machine is not as before, once the kernel has had its time. */
async function findDifferences(before: ReturnType<typeof hostState>): Promise<string[]> {
  let differences: string[] = [];
  for (const late = performance.now() + PATIENCE / 4; ; await sleep(50)) {
    differences = compareStates(before, hostState()).filter((line) => !line.includes(WORK));
    if (differences.length === 0 || performance.now() > late) return differences;
  }
}

/** Temporary files are removed once they are a minute old: let them be that. */
function age(folder: string): void {
  const past = new Date(Date.now() - 120_000);
  for (const name of readdirSync(folder, { recursive: true }) as string[])
    if (name.endsWith('.tmp')) utimesSync(path.join(folder, name), past, past);
}

/** Starts a run, kills, and says what is wrong afterwards. */
async function play(kill: Kill, before: ReturnType<typeof hostState>): Promise<{ wrong: string[]; hit: number }> {
  rmSync(path.join(WORK, 'out'), { recursive: true, force: true });
  mkdirSync(path.join(WORK, 'out'));
  for (const file of Object.values(REPORTS)) writeFileSync(path.join(WORK, file), OLD);
  const child = start(longRun(kill, kill.workers));
  let said = '';
  for (const pipe of [child.stdout!, child.stderr!]) pipe.on('data', (piece) => (said = (said + piece).slice(-3000)));
  const { hit, ...sending } = await send(kill, child);
  let { isHandled } = sending;
  if (kill.part !== 'mktrouble' && kill.part !== 'group') {
    await sleep(GOES_ON);
    isHandled = handlesSignals(child.pid!);
    child.kill('SIGINT');
  }
  const sent = performance.now();
  const end = await waitForEnd(child);
  const wrong = judgeEnd(kill, isHandled, end, said, performance.now() - sent);
  if (end === undefined) process.kill(-child.pid!, 'SIGKILL');
  const isKilled = end === 'SIGKILL';
  wrong.push(...(await findDifferences(before).then((all) => all.filter((line) => !(isKilled && isSwept(line))))));
  wrong.push(...findBrokenReports(WORK));
  fresh += countNewReports(WORK);
  if (isKilled) {
    age(path.join(WORK, 'out'));
    const next = start(nextRun(kill));
    next.stdout!.resume();
    next.stderr!.on('data', (piece) => (said += piece));
    const code = await waitForEnd(next);
    if (code !== '0') wrong.push(`the next run ended with ${code}`);
    wrong.push(...(await findDifferences(before)), ...findBrokenReports(WORK));
  }
  wrong.push(...findLeftFiles(WORK));
  return { wrong: wrong.length > 0 ? [...wrong, said] : [], hit };
}

/** New reports after kills: none would mean that no run had come so far. */
let fresh = 0;

/** What the next run removes: the folder that names the work of the workers. */
function isSwept(line: string): boolean {
  return line.startsWith('+ files: /tmp/mktrouble-run-');
}

mkdirSync(CACHE, { recursive: true, mode: 0o700 });
writeRuns(WORK, oci?.names ?? []);
for (const folder of oci?.folders ?? []) {
  const own = path.join(CACHE, path.basename(folder));
  mkdirSync(own, { mode: 0o700 });
  execFileSync('mount', ['--bind', folder, own]);
}
writeFileSync(path.join(WORK, 'criu'), `#!/bin/sh\nexec ${criu.join(' ')} "$@"\n`, { mode: 0o700 });
// What is made once and kept: compiled agents.
const warm = spawnSync(process.execPath, [...PROGRAM, 'doctor'], {
  env: { PATH: process.env['PATH'], MKTROUBLE_CACHE: CACHE, MKTROUBLE_CRIU: path.join(WORK, 'criu') },
});
if (warm.status !== 0) throw new Error(String(warm.stderr));
const before = hostState();
const counts = new Map<string, number>();
let failed = 0;
let missed = 0;
for (let i = 0; i < Number(kills); i++) {
  const kill = drawKill();
  const { wrong, hit } = await play(kill, before);
  if (hit === 0) missed++;
  for (const word of [kill.backend, ...(kill.runtime ? [kill.runtime] : []), kill.part, kill.signal])
    counts.set(word, (counts.get(word) ?? 0) + 1);
  if (wrong.length === 0) continue;
  failed++;
  console.log(`kill ${i + 1}, ${JSON.stringify(kill)}:\n  ${wrong.join('\n').replaceAll('\n', '\n  ')}`);
}
console.log([...counts].map(([word, n]) => `${word} ${n}`).join(', '));
console.log(`${kills} kills (${missed} met no process), ${failed} left something or broke a report`);
console.log(`${fresh} whole reports of killed runs; the slowest end took ${(slowest / 1000).toFixed(2)} s`);
process.exitCode = failed === 0 && missed <= Number(kills) / 5 ? 0 : 1;
