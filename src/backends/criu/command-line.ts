/** How CRIU is called for a case: its arguments, its environment, its limits. */
import type { Case } from '../../model/case.ts';
import type { CriuCall, CriuSetup, CriuSyscall } from '../../model/criu.ts';
import { PLAIN_CRIU } from '../../model/criu.ts';
import { errnoNumber } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import type { Criu } from './locate.ts';
import { encodeWords } from './words.ts';

export const WORK = '/run/mktrouble';
export const IMAGES = `${WORK}/images`;

/** Bytes of a log after which CRIU is stopped. Ten times what a tree of a thousand tasks takes. */
export const LOG_CAP = 16 << 20;

const BASE_LIMIT = 5000;
const LIMIT_PER_TASK = 50;
const SMALL_TREE = 16;

/** Milliseconds that a call of CRIU may take. */
export function computeTimeLimit(c: Case): number {
  return c.criu?.limit ?? BASE_LIMIT + LIMIT_PER_TASK * Math.max(0, c.tasks.length - SMALL_TREE);
}

/** What a call is given beside the case. */
export interface CallOptions {
  readonly criu: Criu;
  /** The agent's program, which is the action script too. */
  readonly program: string;
  /** Whether stages are told. */
  readonly hooks: boolean;
  /** As an ordinary user. */
  readonly unprivileged: boolean;
  /** The file, as seen inside, that puts who writes to it into the cgroup. */
  readonly cgroup?: string | undefined;
  /** Without the faults of the case: a second try. */
  readonly plain: boolean;
}

/** The agent's request for a call of CRIU: see run_start in agent/run.c. */
export function runLine(c: Case, of: CriuCall, log: string, options: CallOptions): string {
  const setup = options.plain ? PLAIN_CRIU : (c.criu ?? PLAIN_CRIU);
  const { files = -1, fileSize = -1, pids } = setup.limits[of] ?? {};
  const environment = setup.faultPoint?.of === of ? [`CRIU_FAULT=${setup.faultPoint.number}`] : [];
  const injections = selectSyscalls(setup, of).map(injectionWord);
  const words = [
    computeTimeLimit(c),
    LOG_CAP,
    `${WORK}/${log}`,
    pids !== undefined && options.cgroup !== undefined ? options.cgroup : '-',
    files,
    fileSize,
    injections.length,
    ...injections,
    environment.length,
    ...environment,
    ...options.criu.command,
    ...criuWords(c, of, log, options),
  ];
  return `run ${encodeWords(words)}`;
}

function criuWords(c: Case, of: CriuCall, log: string, { program, hooks, unprivileged }: CallOptions): string[] {
  return [
    of,
    ...(of === 'dump' ? ['-t', String(c.tasks[0]!.pid)] : ['-d']),
    '-D',
    IMAGES,
    '-W',
    WORK,
    '-o',
    log,
    '-v2',
    '--manage-cgroups=ignore',
    ...(c.subject ? ['--file-locks', '--tcp-established', '--skip-in-flight', '--ext-unix-sk'] : []),
    ...(hooks ? ['--action-script', program] : []),
    ...(unprivileged ? ['--unprivileged'] : []),
  ];
}

/** The system calls that fail in one of CRIU's calls, in the order of the scenario. */
export function selectSyscalls({ syscalls }: CriuSetup, of: CriuCall): readonly CriuSyscall[] {
  return syscalls.filter((one) => one.of === of);
}

/** As inject_add in agent/inject.c reads it. */
function injectionWord({ call, number, errno, signal, after }: CriuSyscall): string {
  return [call, number, errno ? errnoNumber(errno) : 0, signal ? signalNumber(signal) : 0, after ?? '-'].join(',');
}
