/** How CRIU is called for a case: its arguments, its environment, its limits. */
import type { Case } from '../../model/case.ts';
import type { CriuCall, CriuLimits, CriuSetup, CriuSyscall } from '../../model/criu.ts';
import { PLAIN_CRIU } from '../../model/criu.ts';
import { neededHierarchies } from '../../model/criu-cgroups.ts';
import { type CriuOptionWords, optionWords } from '../../model/criu-options.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { errnoNumber } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import { line } from '../agent/request.ts';
import { patiently } from '../patience.ts';
import type { Criu } from './locate.ts';
import { writeRequest } from './rpc.ts';
import type { Sandbox } from './sandbox.ts';

export const WORK = '/run/mktrouble';
export const IMAGES = `${WORK}/images`;
/** The root folder of a tree with a mount namespace of its own (ROOT of agent/tree-root.c). */
const TREE_ROOT = `${WORK}/root`;
/** Where the system calls of a call are listed, when they are. */
export const CALLS_OF: Readonly<Record<CriuCall, string>> = {
  dump: `${WORK}/dump.calls.log`,
  restore: `${WORK}/restore.calls.log`,
};

/** Bytes of a log after which CRIU is stopped. Ten times what a tree of a thousand tasks takes. */
export const LOG_CAP = 16 << 20;

const BASE_LIMIT = 5000;
const LIMIT_PER_TASK = 50;
const SMALL_TREE = 16;

/** Milliseconds that a call of CRIU may take. */
export function computeTimeLimit(c: Case): number {
  return patiently(c.criu?.limit ?? BASE_LIMIT + LIMIT_PER_TASK * Math.max(0, c.tasks.length - SMALL_TREE));
}

/** What a call is given beside the case. */
export interface CallOptions {
  readonly criu: Criu;
  /** The agent's program, which is the action script too. */
  readonly program: string;
  /** Whether stages are reported. */
  readonly hooks: boolean;
  /** As an ordinary user. */
  readonly unprivileged: boolean;
  /** Whether hardware breakpoints stop a task on this machine. */
  readonly breakpointsFire: boolean;
  /** The cgroup.procs file, as seen inside. */
  readonly cgroup?: string | undefined;
  /** Without the faults of the case: a second try. */
  readonly plain: boolean;
  /** The file to which each system call is written. */
  readonly calls?: string | undefined;
  /** The pid of the root of the tree that is dumped. */
  readonly root?: number | undefined;
  /** The folder of its images. */
  readonly images: string;
  /** The folder, beside it, of the pre-dump that it follows. */
  readonly parent?: string | undefined;
  /** The cgroup that a dump freezes. */
  readonly freezer?: string | undefined;
  /** The port of its page server; `lazy`: it has a lazy-pages daemon. */
  readonly server?: number | 'lazy' | undefined;
}

/** Starts a call of CRIU (run_start in agent/run.c): 0 or a negative errno. */
export function startRun(sandbox: Sandbox, c: Case, of: RoundCall, log: string, options: CallOptions): Promise<number> {
  const setup = options.plain ? PLAIN_CRIU : (c.criu ?? PLAIN_CRIU);
  const { files, fileSize, pids } = limitsOf(setup, of);
  const isRpc = c.criu?.interface === 'rpc';
  const fields = {
    ...(isRpc && { images: options.images, request: encodeRequest(c, of, log, options) }),
    limit: computeTimeLimit(c),
    'log-cap': LOG_CAP,
    log: `${WORK}/${log}`,
    cgroup: pids === undefined ? undefined : options.cgroup,
    files,
    'file-size': fileSize,
    calls: options.calls,
  };
  return sandbox.do('run', fields, [
    ...selectSyscalls(setup, of).map((one) => describeInjection(one, c)),
    ...describeProgram(
      [...options.criu.command, ...(isRpc ? SERVICE : criuWords(c, of, log, options))],
      criuEnvironment(setup, of, options),
    ),
  ]);
}

/** As a service, on the socket that the agent gives it as descriptor 3. */
const SERVICE = ['swrk', '3'];

function encodeRequest(c: Case, of: RoundCall, log: string, options: CallOptions): string {
  const { hooks, unprivileged, root, parent, server } = options;
  const words = { ...usualOptions(c, options, of), ...optionsOf(c, of) };
  const request = writeRequest({ of, log, options: words, hooks, unprivileged, root, parent, server });
  return Buffer.from(request).toString('hex');
}

/** CRIU's FI_NO_BREAKPOINTS: it stops a task at system calls instead of hardware breakpoints. */
const NO_BREAKPOINTS = 130;

/** What is added to the environment of a call: CRIU reads one fault point. */
export function criuEnvironment(
  { faultPoint }: CriuSetup,
  of: RoundCall,
  here: Pick<CallOptions, 'breakpointsFire'>,
): Readonly<Record<string, string>> {
  return faultPoint?.of === of ? { CRIU_FAULT: String(faultPoint.number) } : machineEnvironment(here);
}

/** What any call of CRIU needs on this machine. */
export function machineEnvironment({
  breakpointsFire,
}: Pick<CallOptions, 'breakpointsFire'>): Readonly<Record<string, string>> {
  return breakpointsFire ? {} : { CRIU_FAULT: String(NO_BREAKPOINTS) };
}

/** The lines of a program that is started: its words, and what is added to its environment. */
export function describeProgram(words: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return [
    ...Object.entries(env).map(([name, value]) => line('env', { value: `${name}=${value}` })),
    ...words.map((value) => line('arg', { value })),
  ];
}

/** The mode in which CRIU takes no notice of cgroups (criu(8), --manage-cgroups). */
const IGNORED = 'ignore';

/** Whether CRIU is to restore the cgroups of a tree, and its cgroup namespace: whether no call ignores them. */
export function managesCgroups(c: Case): boolean {
  return (['dump', 'restore'] as const).every(
    (of) => ({ ...usualOptions(c, {}, of), ...optionsOf(c, of) })['manage-cgroups'] !== IGNORED,
  );
}

/** What the backend gives unless the scenario says otherwise. */
function usualOptions(
  { subject, criu }: Case,
  { freezer }: Pick<CallOptions, 'freezer'>,
  of: RoundCall,
): CriuOptionWords {
  const ofProgram = { 'file-locks': true, 'tcp-established': true, 'skip-in-flight': true, 'ext-unix-sk': true };
  // What is in no cgroup of its own has to be left in that of CRIU.
  const isManaged = criu !== undefined && neededHierarchies(criu).length > 0;
  return {
    'manage-cgroups': isManaged ? 'soft' : IGNORED,
    ...(freezer !== undefined && of !== 'restore' && { 'freeze-cgroup': freezer }),
    ...(criu?.namespaces?.includes('mount') && of === 'restore' && { root: TREE_ROOT }),
    ...(subject && ofProgram),
  };
}

/** Options that say what a dump leaves: a pre-dump always leaves the tree. */
const NOT_OF_PRE_DUMP = new Set(['leave-running', 'leave-stopped']);

function optionsOf({ criu }: Case, of: RoundCall): CriuOptionWords {
  const words = criu?.options[of === 'restore' ? of : 'dump'] ?? {};
  if (of !== 'pre-dump') return words;
  return Object.fromEntries(Object.entries(words).filter(([name]) => !NOT_OF_PRE_DUMP.has(name)));
}

export function limitsOf({ limits }: CriuSetup, of: RoundCall): CriuLimits {
  return limits[of] ?? {};
}

/** The words after `criu`. */
export function criuWords(c: Case, of: RoundCall, log: string, options: CallOptions): string[] {
  const { program, hooks, unprivileged, root, images, parent, server } = options;
  return [
    of,
    ...(root === undefined ? ['-d'] : ['-t', String(root)]),
    '-D',
    images,
    ...(parent === undefined ? [] : ['--prev-images-dir', `../${parent}`]),
    '-W',
    WORK,
    '-o',
    log,
    '-v2',
    ...serverWords(server),
    ...optionWords({ ...usualOptions(c, options, of), ...optionsOf(c, of) }),
    ...(hooks ? ['--action-script', program] : []),
    ...(unprivileged ? ['--unprivileged'] : []),
  ];
}

function serverWords(server: CallOptions['server']): string[] {
  if (server === undefined) return [];
  return server === 'lazy' ? ['--lazy-pages'] : ['--page-server', '--address', '127.0.0.1', '--port', String(server)];
}

/** The system calls that fail in one of CRIU's calls, in the order of the scenario. */
export function selectSyscalls({ syscalls }: CriuSetup, of: RoundCall): readonly CriuSyscall[] {
  return syscalls.filter((one) => one.of === of);
}

function describeInjection({ task, call, number, errno, signal, short, after }: CriuSyscall, c: Case): string {
  return line('syscall', {
    task: task !== undefined && c.criu?.namespace === 'own' && task === c.tasks[0]!.pid ? 1 : task,
    call,
    number,
    error: errno && errnoNumber(errno),
    signal: signal && signalNumber(signal),
    short,
    after,
  });
}
