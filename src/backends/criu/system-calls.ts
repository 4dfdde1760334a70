/** The system calls of CRIU in a dump and a restore, by the process that makes them. */
import { readFile } from 'node:fs/promises';
import type { Case } from '../../model/case.ts';
import type { CriuCall } from '../../model/criu.ts';
import { CALLS_OF } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';

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
