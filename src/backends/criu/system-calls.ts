/** The system calls of CRIU in a dump and a restore, by the process that makes them. */
import { readFile } from 'node:fs/promises';
import type { Case } from '../../model/case.ts';
import type { CriuCall, CriuSyscall } from '../../model/criu.ts';
import { canEnd, OUTCOMES, type OutcomeName } from '../../model/syscall-outcomes.ts';
import { ANY_SYSCALL } from '../../model/syscalls.ts';
import { BadSurroundings } from '../backend.ts';
import { CALLS_OF } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';

type Outcome = Pick<CriuSyscall, 'errno' | 'signal' | 'short'>;

/** One system call, with what a scenario needs to name it. */
export interface SystemCall {
  readonly of: CriuCall;
  /** The task that the process becomes; absent: CRIU's main process. */
  readonly task?: number;
  readonly call: string;
  /** Which one of this name in its process, from 1. */
  readonly number: number;
}

/** What the agent has listed (`task call`, a line each; see enter() in agent/tracer.c). */
export async function readSystemCalls(sandbox: Sandbox, c: Case): Promise<SystemCall[]> {
  const calls = (['dump', 'restore'] as const).map(async (of) => {
    const text = await readFile(sandbox.inside(CALLS_OF[of]), 'utf8').catch(() => '');
    return parseSystemCalls(text, of, c);
  });
  return (await Promise.all(calls)).flat();
}

/** The calls of a list. Processes that are no task of the case are left out. */
export function parseSystemCalls(text: string, of: CriuCall, c: Case): SystemCall[] {
  const root = c.tasks[0]!.pid;
  const pids = new Set(c.tasks.map(({ pid }) => pid));
  const counts = new Map<string, number>();
  return text.split('\n').flatMap((line): SystemCall[] => {
    const [, inner, call] = /^(\d+) (\w+)$/.exec(line) ?? [];
    if (inner === undefined || call === undefined) return [];
    const task = c.criu?.namespace === 'own' && inner === '1' ? root : Number(inner);
    // Of a dump only the main process: what it starts restores nothing.
    if (task !== 0 && (of === 'dump' || !pids.has(task))) return [];
    const number = (counts.get(line) ?? 0) + 1;
    counts.set(line, number);
    return [{ of, ...(task !== 0 && { task }), call, number }];
  });
}

/** The case without all that is made to go wrong in it: its system calls are those that there are. */
export function withoutFaults(c: Case): Case {
  const { faultPoint: _point, servers: _servers, parallel: _parallel, rival: _rival, freezer, ...setup } = c.criu!;
  return {
    ...c,
    faults: [],
    criu: {
      ...setup,
      ...(freezer && { freezer: {} }),
      scriptFails: [],
      taken: [],
      limits: {},
      syscalls: [],
      images: [],
    },
  };
}

/** A case for each call that its entry with `every` stands for. Throws BadSurroundings when there is none. */
export function casesOfEvery(c: Case, one: CriuSyscall, all: readonly SystemCall[]): Case[] {
  const cases = listEvery(one, all).map((call): Case => {
    const syscalls = c.criu!.syscalls.map((other) => (other === one ? call : other));
    return { ...c, criu: { ...c.criu!, syscalls } };
  });
  if (cases.length === 0)
    throw new BadSurroundings(`the ${one.of} makes no system call ${one.call} that can end so: nothing was swept`);
  return cases;
}

/** Each call, and each way in which it ends, that an entry with `every` stands for. */
export function listEvery(one: CriuSyscall, all: readonly SystemCall[]): CriuSyscall[] {
  const { every: _every, outcomes, ...rest } = one;
  const ways = outcomes?.map(asSyscall) ?? [rest];
  return all
    .filter((call) => isOf(one, call))
    .flatMap((call) => ways.filter((way) => canEndSo(way, call, one)).map((way) => ({ ...rest, ...way, ...call })));
}

/** How a call that ends so is written. */
function asSyscall(outcome: OutcomeName): Outcome {
  if (outcome === 'short') return { short: true };
  return outcome === 'SIGKILL' ? { signal: outcome } : { errno: outcome };
}

function isOf({ of, task, call }: CriuSyscall, one: SystemCall): boolean {
  return one.of === of && (task === undefined || one.task === task) && (call === ANY_SYSCALL || one.call === call);
}

/** One of any name ends in a way that its manual page has, one that is named as the scenario says. */
function canEndSo({ errno, short, signal }: Outcome, { call }: SystemCall, one: CriuSyscall): boolean {
  const outcome = OUTCOMES.find((name) => name === (short ? 'short' : (errno ?? signal)));
  const isNamed = one.call !== ANY_SYSCALL && outcome !== 'short';
  // An outcome that manual pages are not asked about can be any call's.
  return isNamed || outcome === undefined || canEnd(call, outcome);
}
