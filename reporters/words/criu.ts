/** The calls of CRIU in words: one source for the terminal, JUnit, TAP, GitHub and the HTML report. Runs in a browser too. */
import { CRIU_STAGE_NAMES } from '../../src/model/criu.ts';
import { signalName } from '../../src/model/signals.ts';
import type { CriuHit, CriuRecord, CriuRun, CriuTask, CriuThread } from '../../src/record/criu.ts';
import { count, duration } from './numbers.ts';

/** One call of CRIU. */
export interface CallWords {
  /** `dump`, `restore`, `restore again, without faults`. */
  readonly name: string;
  readonly succeeded: boolean;
  /** `exit code 1 after 27 ms`. */
  readonly ended: string;
  /** The faults that hit CRIU or a task during the call: `SIGKILL to 101 at post-restore`. */
  readonly faults: readonly string[];
  /** The errors of its log in their order, each with its place in CRIU's source: `cr-dump.c:1570: Collect mappings failed`. */
  readonly errors: readonly string[];
  /** The last line of its log, where the call failed and its log has no error. */
  readonly lastLine: string | undefined;
  /** Of a call that hung, each process and where it waits: `criu 12: sleeping in do_wait`. */
  readonly waiting: readonly string[];
  /** The tasks that exist after the call: `100 S, 101 Z`. */
  readonly left: string;
}

/** The calls of a record in their order. */
export function describeCalls(criu: CriuRecord): CallWords[] {
  const { earlier = [], preDumps = [], dump, afterDump, restore, afterRestore, again, afterAgain } = criu;
  const calls = [
    ...preDumps.map(({ run, after }) => ['pre-dump', run, after] as const),
    ['dump', criu.sameImages ? undefined : dump, afterDump],
    ['restore', restore, afterRestore],
    ['restore again, without faults', again, afterAgain],
  ] as const;
  const round = earlier.length + 1;
  const ofEarlier = earlier.flatMap((one, i) => nameRound(describeCalls(one), i + 1));
  const own = calls.flatMap(([name, run, after]) =>
    run
      ? [
          {
            name,
            succeeded: run.exit === 0,
            ended: endWords(run),
            faults: run === again ? [] : criu.hits.filter((hit) => isDuring(hit, criu, run)).map(faultWords),
            errors: run.errors,
            lastLine: run.lastLine,
            waiting: waitingWords(run, criu),
            left: tasksWords(after?.tasks ?? []),
          },
        ]
      : [],
  );
  return [...ofEarlier, ...(round > 1 ? nameRound(own, round) : own)];
}

function nameRound(calls: readonly CallWords[], round: number): CallWords[] {
  return calls.map((call) => ({ ...call, name: `${call.name}, round ${round}` }));
}

/** Why CRIU failed, in one line: `CRIU restore: exit code 1 after 14 ms: pstree.c:599: Can't find a parent`; undefined where no call failed. */
export function findCause(criu: CriuRecord): string | undefined {
  const failed = describeCalls(criu).find(({ succeeded }) => !succeeded);
  if (!failed) return undefined;
  const { name, ended, errors, lastLine, waiting } = failed;
  const reason = errors[0] ?? lastLine ?? waiting[0];
  return `CRIU ${name}: ${ended}${reason === undefined ? '' : `: ${reason}`}`;
}

/** The calls as lines, those that belong to a call indented; at most so many errors and processes of each. */
export function callLines(criu: CriuRecord, most = 12): string[] {
  return describeCalls(criu).flatMap(({ name, ended, faults, errors, lastLine, waiting, left }) => [
    `${name}: ${ended}`,
    ...faults.map((fault) => `  fault: ${fault}`),
    ...shortened(errors, most, 'more error'),
    ...(lastLine === undefined ? [] : [`  last line of its log: ${lastLine}`]),
    ...shortened(waiting, most, 'more process', 'more processes'),
    `  tasks after it: ${left}`,
  ]);
}

function shortened(lines: readonly string[], most: number, one: string, many?: string): string[] {
  const shown = lines.slice(0, most).map((line) => `  ${line}`);
  return lines.length > most ? [...shown, `  and ${count(lines.length - most, one, many)}`] : shown;
}

/** `success after 27 ms`, `exit code 1 after 27 ms`, `killed by SIGSEGV after 3 ms`, `hung: killed at its limit of 1500 ms`. */
function endWords({ exit, signal, timedOut, flooded, duration: ms }: CriuRun): string {
  if (timedOut !== undefined) return `hung: killed at its limit of ${timedOut} ms`;
  if (flooded !== undefined) return `killed when its log had more than ${flooded} bytes`;
  const how = signal !== undefined ? `killed by ${signalName(signal)}` : exit === 0 ? 'success' : `exit code ${exit}`;
  return ms === undefined ? how : `${how} after ${duration(ms)}`;
}

const AFTER_DUMP = CRIU_STAGE_NAMES.indexOf('post-dump');

/** Whether a fault fired during this call; where the dump failed there is no other. */
function isDuring({ stage }: CriuHit, { dump, restore }: CriuRecord, run: CriuRun): boolean {
  if (run.of === 'pre-dump') return false;
  if (!restore) return run === dump;
  return CRIU_STAGE_NAMES.indexOf(stage) <= AFTER_DUMP === (run === dump);
}

function faultWords({ verb, own, to, signal, stage }: CriuHit): string {
  if (own !== undefined && to === undefined) return `${own} at ${stage}`;
  const what = own ?? (verb === 'trace' ? 'a tracer attached' : signal === undefined ? 'a signal' : signalName(signal));
  return `${what} to ${to === 'criu' ? 'CRIU' : to} at ${stage}`;
}

const STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'sleeping, uninterruptible',
  T: 'stopped',
  t: 'stopped by a tracer',
  Z: 'zombie',
  I: 'idle',
};

/** CRIU's own processes first, then the tasks of the tree. */
function waitingWords({ waiting = [] }: CriuRun, { before }: CriuRecord): string[] {
  const ofTree = new Set(before.tasks.map(({ pid }) => pid));
  return [
    ...waiting.filter(({ pid }) => !ofTree.has(pid)).flatMap((process) => waitWords(process, process.name)),
    ...waiting.filter(({ pid }) => ofTree.has(pid)).flatMap((process) => waitWords(process, 'task')),
  ];
}

/** A process, and each of its threads that waits elsewhere. */
function waitWords({ pid, state, threads }: CriuTask, name: string): string[] {
  const main = threads.find(({ tid }) => tid === pid);
  const others = threads.filter((thread) => thread !== main && thread.wchan !== main?.wchan);
  return [
    `${name} ${pid}: ${stateWords(state)}${placeWords(main)}`,
    ...others.map((thread) => `  thread ${thread.tid}: ${stateWords(thread.state)}${placeWords(thread)}`),
  ];
}

/** A state letter of /proc in words. */
export function stateWords(state: string): string {
  return STATES[state] ?? state;
}

/** /proc has no wait channel of a task that runs: `0`, or nothing. */
function placeWords(thread: CriuThread | undefined): string {
  const { wchan = '', tracer = 0 } = thread ?? {};
  return `${wchan === '' || wchan === '0' ? '' : ` in ${wchan}()`}${tracer === 0 ? '' : `, traced by ${tracer}`}`;
}

const NAMED = 8;

function tasksWords(tasks: readonly CriuTask[]): string {
  if (tasks.length === 0) return 'no task of the tree';
  const names = tasks.slice(0, NAMED).map(({ pid, state }) => `${pid} ${state}`);
  return tasks.length > NAMED ? `${names.join(', ')} and ${tasks.length - NAMED} more` : names.join(', ');
}
