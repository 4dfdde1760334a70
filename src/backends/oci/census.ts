/** What is there in a sandbox: containers as their runtime and the kernel show them, and whatever a call could leave behind. */
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeAnswer, RuntimeContainer } from '../index.ts';
import { findFreezers, isFrozen, readLimits } from './cgroups.ts';
import { type CallContext, type Driver, GUEST, TREE_SCRIPT } from './drivers/driver.ts';
import { readProcesses } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

/** Milliseconds in which the runtime says what state a container is in. */
const STATE_LIMIT = 5000;
/** Milliseconds in which a running task answers. */
const PATIENCE = 1500;
const PAUSE = 10;
/** What a runtime says of a name that it does not know. */
const NO_CONTAINER = /does not exist|no such (container|file)|not found|not exist/i;
/** CRIU keeps here what it has found out about the kernel. */
const KEPT_FILES: ReadonlySet<string> = new Set(['/run/criu.kdat']);

/** A container: what it is called now, and what its init was started with. */
export interface Named {
  readonly name: string;
  readonly label: string;
  /** Pids of its tasks in the scenario. */
  readonly pids: readonly number[];
  /** It has no pid namespace of its own. */
  readonly sharesPids?: boolean;
}

export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly words: readonly string[];
  /** In its own pid namespace. */
  readonly inner: number;
  readonly parent: number;
}

/** Every process but the sandbox's own init. */
export async function listProcesses(sandbox: Sandbox): Promise<Process[]> {
  const pids = (await readdir(sandbox.inside('/proc'))).map(Number).filter((pid) => pid > 1);
  const all = await Promise.all(pids.map((pid) => readProcess(sandbox, pid)));
  return all.filter((one) => one !== undefined);
}

async function readProcess(sandbox: Sandbox, pid: number): Promise<Process | undefined> {
  const [status, words] = await Promise.all([
    sandbox.read(`/proc/${pid}/status`),
    sandbox.read(`/proc/${pid}/cmdline`),
  ]);
  if (status === undefined || words === undefined) return undefined;
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return {
    pid,
    name: field('Name'),
    state: field('State').charAt(0),
    words: words.split('\0').slice(0, -1),
    inner: Number(field('NSpid').split(/\s+/).at(-1)),
    parent: Number(field('PPid')),
  };
}

/** The processes of a container, and its init; and all that are `around` them. */
export async function findContainer(
  sandbox: Sandbox,
  driver: Driver,
  named: Named,
): Promise<{
  readonly around: readonly Process[];
  readonly all: readonly Process[];
  readonly init: Process | undefined;
}> {
  const around = await listProcesses(sandbox);
  const all = around.filter(({ words }) => driver.isInit(words, named));
  const isTop = ({ parent }: Process) => !all.some(({ pid }) => pid === parent);
  const isInit = named.sharesPids ? isTop : ({ inner }: Process) => inner === 1;
  const init = driver.sharesFiles ? all.find(isInit) : all[0];
  return { around, all, init };
}

/**
 * The pid of the init that CRIU is restoring: the first process of a pid namespace. Until its memory is restored it has the command line
 * of CRIU, and not that of its tree.
 */
export async function findRestoredInit(sandbox: Sandbox, driver: Driver, named: Named): Promise<number | undefined> {
  const isRestored = ({ pid, inner, state, words }: Process) =>
    inner === 1 && pid !== 1 && state !== 'Z' && (driver.isInit(words, named) || !words.includes(TREE_SCRIPT));
  return (await listProcesses(sandbox)).find(isRestored)?.pid;
}

/** The pid of the process that exec-detached has started. */
export async function findGuest(sandbox: Sandbox): Promise<number | undefined> {
  const all = await listProcesses(sandbox);
  return all.find(({ words }) => String(words) === String(GUEST))?.pid;
}

/** The pid of the monitor of a container. */
export async function findMonitor(sandbox: Sandbox, driver: Driver, { name }: Named): Promise<number | undefined> {
  return (await listProcesses(sandbox)).find(({ words }) => driver.isMonitor?.(words, name))?.pid;
}

/** The cgroups of a process, in the words of /proc; empty where it is gone. */
export async function cgroupText(sandbox: Sandbox, pid: number | undefined): Promise<string> {
  return (pid !== undefined && (await sandbox.read(`/proc/${pid}/cgroup`))) || '';
}

/** When the state of its processes is read: asking them changes what they have in their memory, and nothing else. */
export type CensusTime = 'after-asking' | 'before-asking' | 'never';

/** A container as it is now. `context`: for the runtime's state call. */
export async function look(
  sandbox: Sandbox,
  driver: Driver,
  named: Named,
  context: CallContext,
  time: CensusTime = 'never',
): Promise<RuntimeContainer> {
  const both = async () =>
    [await askState(sandbox, driver, context), await findContainer(sandbox, driver, named)] as const;
  let [reported, { around, all, init }] = await both();
  // It may have ended, or begun, between the two.
  if (isAlive(reported) !== isLiving(init)) [reported, { around, all, init }] = await both();
  const { limits } = context.container;
  const cgroups = await cgroupText(sandbox, init?.pid);
  const hasFrozenCgroup = findFreezers(cgroups).some(isFrozen);
  const canAnswer = init !== undefined && !hasFrozenCgroup && !['T', 't', 'Z'].includes(init.state);
  const takeCensus = async () =>
    init && driver.sharesFiles ? await readProcesses(sandbox, context.bundle, named, init, around) : undefined;
  const early = time === 'before-asking' ? await takeCensus() : undefined;
  const answers = canAnswer ? await askTasks(sandbox, driver, named, context) : {};
  const census = time === 'after-asking' ? await takeCensus() : early;
  // Nothing outside shows that a sandbox has paused its tasks, but that none of them answers.
  const isPaused = driver.pausesInside === true && reported.status === 'paused' && Object.keys(answers).length === 0;
  return {
    name: named.name,
    ...reported,
    isThere: isLiving(init),
    ...(init && { state: init.state }),
    isFrozen: hasFrozenCgroup || isPaused,
    processes: all.length,
    answers,
    isAsked: canAnswer && !isPaused,
    ...(limits && cgroups !== '' && { limits: readLimits(cgroups, limits) }),
    ...(census && { census }),
  };
}

function isLiving(init: Process | undefined): boolean {
  return init !== undefined && init.state !== 'Z';
}

/** Whether a container that the runtime reports so has an init. */
function isAlive({ status }: Pick<RuntimeContainer, 'status'>): boolean {
  return status !== undefined && status !== 'stopped';
}

async function askState(
  sandbox: Sandbox,
  driver: Driver,
  context: CallContext,
): Promise<Pick<RuntimeContainer, 'status' | 'unknown'>> {
  const { exit, stdout, stderr } = await sandbox.run(driver.command('state', context), STATE_LIMIT);
  if (exit === 0) {
    const status = driver.readStatus ? driver.readStatus(stdout) : /"status":\s*"([a-z]+)"/.exec(stdout)?.[1];
    return status === undefined ? { unknown: true } : { status };
  }
  const said = `${stderr}${(await sandbox.read(context.log)) ?? ''}`;
  return exit !== undefined && NO_CONTAINER.test(said) ? {} : { unknown: true };
}

let questions = 0;

/** Asks all tasks at once. */
async function askTasks(
  sandbox: Sandbox,
  driver: Driver,
  { pids }: Named,
  context: CallContext,
): Promise<Record<number, RuntimeAnswer>> {
  const answers: Record<number, RuntimeAnswer> = {};
  await Promise.all(
    pids.map(async (pid) => {
      const question = `q${++questions}`;
      const answer = driver.sharesFiles
        ? await askByFile(sandbox, path.join(context.bundle, 'rootfs/mk', String(pid)), question)
        : await askByCommand(sandbox, driver, context, pid, question);
      const [, asked, memory] = answer?.split(' ') ?? [];
      if (memory !== undefined) answers[pid] = { asked: Number(asked), memory };
    }),
  );
  return answers;
}

async function askByFile(sandbox: Sandbox, file: string, question: string): Promise<string | undefined> {
  const deadline = Date.now() + PATIENCE;
  let isAsked = false;
  while (Date.now() < deadline) {
    isAsked ||= await writeTo(sandbox.inside(`${file}.in`), `${question}\n`);
    const answer = isAsked ? await sandbox.read(`${file}.out`) : undefined;
    if (answer?.startsWith(`${question} `) && answer.endsWith('\n')) return answer.trim();
    await sleep(PAUSE);
  }
  return undefined;
}

/** Whether a task was waiting for it. */
async function writeTo(fifo: string, text: string): Promise<boolean> {
  try {
    const handle = await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    await handle.writeFile(text).finally(() => handle.close());
    return true;
  } catch {
    return false;
  }
}

async function askByCommand(
  sandbox: Sandbox,
  driver: Driver,
  context: CallContext,
  pid: number,
  question: string,
): Promise<string | undefined> {
  const words = driver.command('exec', context);
  const script = `while [ ! -p /mk/${pid}.in ]; do sleep 0.02; done; echo ${question} > /mk/${pid}.in; i=0; while [ $i -lt 100 ]; do read line < /mk/${pid}.out && case $line in "${question} "*) echo "$line"; exit;; esac; sleep 0.02; i=$((i + 1)); done`;
  // In place of `true`.
  const { stdout } = await sandbox.run([...words.slice(0, -1), 'sh', '-c', script], 2 * PATIENCE);
  return stdout.trim() || undefined;
}

/** What is there that a call can leave: by what distinguishes it, what it is called. */
export type Things = ReadonlyMap<string, string>;

export async function listThings(sandbox: Sandbox, driver: Driver): Promise<Things> {
  const things = new Map<string, string>();
  for (const { pid, name, state } of await listProcesses(sandbox)) {
    const text = state === 'Z' ? `zombie ${name}` : `process ${name}`;
    things.set(`${text} ${pid}`, text);
  }
  const add = (text: string): void => void things.set(text, shorten(text));
  for (const folder of await listFolders(sandbox, '/sys/fs/cgroup'))
    things.set(`cgroup ${folder}`, 'cgroup of a container');
  const mounts = ((await sandbox.read('/proc/1/mountinfo')) ?? '').split('\n');
  for (const line of mounts) if (line !== '') add(`mount ${line.split(' ')[4]}`);
  for (const folder of ['/run', '/tmp', '/var/tmp', ...driver.stateFolders]) {
    const names = await readdir(sandbox.inside(folder)).catch(() => []);
    for (const name of names) {
      const file = path.join(folder, name);
      if (!KEPT_FILES.has(file) && !driver.stateFolders.includes(file)) add(`file ${file}`);
    }
  }
  const devices = ((await sandbox.read('/proc/1/net/dev')) ?? '').matchAll(/^\s*([^\s:|]+):/gm);
  for (const [, device] of devices) add(`network device ${device}`);
  if (driver.leftovers !== undefined) (await sandbox.shell(driver.leftovers)).split('\n').filter(Boolean).forEach(add);
  return things;
}

/** The ids that podman gives to containers, and to their network namespaces, are new each time. */
function shorten(text: string): string {
  return text.replace(/[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
}

async function listFolders(sandbox: Sandbox, folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(sandbox.inside(path.join(folder, below)), { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join('/', below, name));
  const deeper = await Promise.all(own.map((one) => listFolders(sandbox, folder, one)));
  return [...own, ...deeper.flat()];
}

/** What is there now and was not before, once: waits for what is about to end, at most so many milliseconds. */
export async function listAdded(sandbox: Sandbox, driver: Driver, before: Things, limit: number): Promise<string[]> {
  const deadline = Date.now() + limit;
  for (;;) {
    const now = await listThings(sandbox, driver);
    const added = [...now].filter(([id]) => !before.has(id)).map(([, text]) => text);
    if (added.length === 0 || Date.now() >= deadline) return [...new Set(added)].sort();
    await sleep(10 * PAUSE);
  }
}
