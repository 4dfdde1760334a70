/** A call of CRIU for a case: starts it in its sandbox, waits for it, and returns it as the record has it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CriuSyscall } from '../../model/criu.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { errnoName, errnoNumber } from '../../model/errno.ts';
import type { CriuInjected, CriuResponse, CriuRun } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import { type Seen, toTasks } from './census.ts';
import {
  type CallOptions,
  computeTimeLimit,
  LOG_CAP,
  limitsOf,
  selectSyscalls,
  startRun,
  WORK,
} from './command-line.ts';
import type { SandboxEvent } from './events.ts';
import { readErrors, readLastLine } from './log.ts';
import { readResponse } from './rpc.ts';
import type { Sandbox } from './sandbox.ts';

type Ended = Extract<SandboxEvent, { event: 'ended' }>;

/** Characters of what a program printed that a message has. */
const WORDS_AT_MOST = 500;

export interface Calling extends Omit<CallOptions, 'cgroup'> {
  /** The name of its log, in WORK. */
  readonly log: string;
  /** Called when CRIU's action script waits for an answer. */
  readonly atStage: (stage: string) => Promise<void>;
  /** Called once CRIU is at work. */
  readonly meanwhile?: (() => void) | undefined;
}

export interface Called {
  readonly run: CriuRun;
  /** Microseconds that it took. */
  readonly time: number;
}

/** Calls CRIU. Rejects with AgentError when it, or its action script, can't be started. */
export async function callCriu(sandbox: Sandbox, c: Case, of: RoundCall, options: Calling): Promise<Called> {
  const { log, plain, program, atStage, meanwhile } = options;
  const cgroup = plain ? undefined : await limitPids(sandbox, c, of);
  let waiting: readonly Seen[] | undefined;
  const responses: CriuResponse[] = [];
  const ended = new Promise<Ended>((resolve, reject) => {
    const hear = async (message: string): Promise<void> => {
      const heard = readResponse(Buffer.from(message, 'hex'));
      if (heard && 'stage' in heard) return atStage(heard.stage);
      if (heard) responses.push(withPlainError(heard.result));
      await sandbox.do('answer');
    };
    sandbox.listener = (event) => {
      if (event.event === 'ended') resolve(event);
      else if (event.event === 'hangs') waiting = event.tasks;
      else if (event.event === 'stage') atStage(event.stage).catch(reject);
      else if (event.event === 'rpc') hear(event.message).catch(reject);
    };
  });
  const wanted = plain || !c.criu ? [] : selectSyscalls(c.criu, of);
  const words = sandbox.inside(path.join(WORK, 'errors'));
  await rm(words, { force: true });
  const error = await startRun(sandbox, c, of, log, { ...options, cgroup });
  if (error === -errnoNumber('ENOSYS'))
    throw new AgentError(`this machine does not have every one of ${wanted.map(({ call }) => call).join(', ')}`);
  if (error < 0) throw new AgentError(`CRIU cannot be started (${errnoName(error)})`);
  meanwhile?.();
  const { status, us, timedOut, flooded, injected } = await Promise.race([ended, sandbox.gone]);
  const bytes = await readFile(sandbox.inside(path.join(WORK, log))).catch(() => undefined);
  const text = bytes?.toString('utf8') ?? '';
  if (bytes === undefined && injected.length === 0) await refuseSilence(words, status);
  // Other programs that it starts may be missing here, iptables-restore for one: that is for CRIU to say.
  const broken = text.split('\n').find((line) => line.includes(`execvp("${program}"`) && line.includes('failed'));
  if (broken !== undefined) throw new AgentError(`the action script does not start: ${broken}`);
  const errors = readErrors(text);
  const lastLine = readLastLine(text);
  const run: CriuRun = {
    of,
    ...((status & 0x7f) === 0 ? { exit: status >> 8 } : { signal: status & 0x7f }),
    ...(timedOut && { timedOut: computeTimeLimit(c) }),
    ...(flooded && { flooded: LOG_CAP }),
    ...(wanted.length > 0 && { injected: injected.map((one) => describeInjected(one, wanted[one.index], bytes)) }),
    duration: Math.round(us / 100) / 10,
    errors,
    ...(status !== 0 && errors.length === 0 && lastLine !== undefined && { lastLine }),
    ...(c.criu?.interface === 'rpc' && { responses }),
    ...(waiting && {
      waiting: toTasks(
        c,
        waiting.filter(({ role }) => role !== 'bystander'),
      ),
    }),
  };
  return { run, time: us };
}

/** With its error as those of the log are kept. */
function withPlainError({ message, ...rest }: CriuResponse): CriuResponse {
  return message === undefined ? rest : { ...rest, message: readErrors(message)[0] ?? message.trim() };
}

/**
 * CRIU writes its log before it does anything else. Without one, and without a word of CRIU's own, it never ran: what was started
 * in its place, a wrapper or a dynamic loader, says why. A signal of ours may have been faster. Rejects with AgentError.
 */
async function refuseSilence(file: string, status: number): Promise<void> {
  const said = (await readFile(file, 'utf8').catch(() => '')).trim();
  const isKilled = (status & 0x7f) !== 0;
  if (isKilled || /Error \((criu|compel)\//.test(said)) return;
  const exit = `exit code ${status >> 8}`;
  throw new AgentError(
    `CRIU did not run (${exit}, no log): ${said === '' ? 'it printed nothing' : said.slice(-WORDS_AT_MOST)}`,
  );
}

/** A system call that was hit, as the record has it. */
function describeInjected(
  { index, call, args, path: text, logBytes }: Ended['injected'][number],
  wanted: CriuSyscall | undefined,
  log: Buffer | undefined,
): CriuInjected {
  const line = readLastLine(log?.subarray(0, logBytes).toString('utf8') ?? '')?.replace(/^\([ \d.]+\)\s*/, '');
  const signal = wanted?.signal;
  return {
    index,
    call,
    ...(signal && { signal }),
    args,
    ...(text !== '' && { path: text }),
    ...(line !== undefined && { logLine: line }),
  };
}

/** The file that puts a process into the cgroup, with the limit that this call has. */
async function limitPids({ cgroup }: Sandbox, c: Case, of: RoundCall): Promise<string | undefined> {
  const limit = c.criu && limitsOf(c.criu, of).pids;
  if (cgroup === undefined || limit === undefined) return undefined;
  await writeFile(path.join(cgroup, 'pids.max'), String(limit));
  return path.join(cgroup, 'cgroup.procs');
}
