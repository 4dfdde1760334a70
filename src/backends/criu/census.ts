/** What the agent sees, as the record has it: in the numbers of the tree's own pid namespace. */
import * as z from 'zod';
import type { Case } from '../../model/case.ts';
import type { CriuCensus, CriuFacts, CriuTask } from '../../record/criu.ts';
import { line } from '../agent/request.ts';
import { FactReader, type Reading } from '../census/index.ts';
import { nameQueue } from '../census/queues.ts';
import { managesCgroups } from './command-line.ts';
import { readNamespaces } from './namespace-contents.ts';
import type { Sandbox } from './sandbox.ts';

export type Role = z.infer<typeof ROLE>;
const ROLE = z.enum(['tree', 'bystander', 'helper', 'criu', 'peer']);

const number = z.number();
/** In hexadecimal. */
const mask = z.string().regex(/^[0-9a-f]{1,16}$/);

/** A process as the agent prints it: `id` as it is called around the tree, the other numbers as it is called inside. */
export const SEEN = z.object({
  id: number,
  role: ROLE,
  pid: number,
  state: z.string(),
  /** As it is called around the tree. */
  parent: number,
  pgid: number,
  session: number,
  pending: mask,
  name: z.string(),
  status: number.optional(),
  private: z.string().optional(),
  shared: z.string().optional(),
  threads: z.array(
    z.object({
      id: number,
      tid: number,
      state: z.string(),
      blocked: mask,
      pending: mask,
      tracer: number,
      wchan: z.string(),
      attributes: z.record(z.string(), z.string()),
    }),
  ),
});
export type Seen = z.infer<typeof SEEN>;

type FactsByPid = ReadonlyMap<number, CriuFacts>;

export const CENSUS = z.object({ tasks: z.array(SEEN) });
const ANSWERED = z.object({
  silent: z.array(number),
  timers: z.array(z.object({ pid: number, timers: z.string() })),
});

/** Every process of the namespace, or the bystanders only. */
export async function look(sandbox: Sandbox, target: 'all' | 'bystanders' = 'all'): Promise<readonly Seen[]> {
  const { tasks } = await sandbox.ask(line('census', { 'bystanders-only': target === 'bystanders' }), CENSUS);
  return tasks;
}

/** How those of a group are called in the scenario. `reader`: with the facts that it reads; `asked`: with these, by `id`. */
export function toTasks(c: Case, all: readonly Seen[], reader?: FactReader, asked?: FactsByPid): CriuTask[] {
  const root = c.tasks[0]!.pid;
  const named = (pid: number): number => (c.criu?.namespace === 'own' && pid === 1 ? root : pid);
  const byId = new Map(all.map((seen) => [seen.id, named(seen.pid)]));
  return [...all]
    .sort((a, b) => named(a.pid) - named(b.pid))
    .map((seen): CriuTask => {
      const { state, name, pending, status } = seen;
      const ids = seen.threads.map(({ id }) => id);
      // Of a zombie nothing but its status is left.
      const facts = state === 'Z' ? undefined : reader?.read(seen.id, ids);
      const threads = seen.threads.map(({ id, tid, attributes, ...thread }) => ({
        tid: named(tid),
        ...thread,
        ...(facts && { facts: { ...facts.threads.get(id), ...attributes } }),
      }));
      return {
        pid: named(seen.pid),
        name,
        state,
        parent: byId.get(seen.parent) ?? 0,
        pgid: named(seen.pgid),
        session: named(seen.session),
        pending,
        ...(status !== undefined && { status }),
        ...(seen.private !== undefined && { privateMemory: seen.private }),
        ...(seen.shared !== undefined && { sharedMemory: seen.shared }),
        ...(facts && { facts: facts.steady }),
        ...(facts?.held && { heldFacts: facts.held }),
        ...(asked?.has(seen.id) && { askedFacts: asked.get(seen.id)! }),
        threads: threads.sort((a, b) => a.tid - b.tid),
      };
    });
}

/** Milliseconds in which a running task answers; the agent gives more time to one that waits for a processor. */
const PATIENCE = 1000;

/** What tasks answer when they are asked whether they run. */
interface Answers {
  /** The tids, in the scenario's numbers, of threads that should run and do not answer. */
  readonly silent: number[];
  /** Facts that only a process itself can read, by what it is called around the tree. */
  readonly facts: ReadonlyMap<number, CriuFacts>;
}

async function ask(sandbox: Sandbox, c: Case, all: readonly Seen[], round: number): Promise<Answers> {
  const root = c.tasks[0]!.pid;
  const names = new Map<number, number>();
  const asked: string[] = [];
  for (const { id, state, threads } of all) {
    if (!isRunning(state)) continue;
    for (const thread of threads) {
      if (!isRunning(thread.state)) continue;
      names.set(thread.id, c.criu?.namespace === 'own' && thread.tid === 1 ? root : thread.tid);
      asked.push(line('task', { pid: id, tid: thread.id }));
    }
  }
  if (asked.length === 0) return { silent: [], facts: new Map() };
  const request = [line('ping', { round, limit: PATIENCE }), ...asked].join('\n');
  const { silent, timers } = await sandbox.ask(request, ANSWERED);
  return {
    silent: silent.map((id) => names.get(id) ?? id),
    facts: new Map(timers.map(({ pid, timers: text }) => [pid, { 'interval timers': text }])),
  };
}

function isRunning(state: string): boolean {
  return state === 'S' || state === 'R' || state === 'D';
}

/** Reads what processes of a sandbox have beside what its agent sees. */
export async function openFactReader(
  sandbox: Sandbox,
  c: Case,
  group: readonly Seen[],
  isHeld: boolean,
  { holes, given = new Map() }: Pick<Reading, 'holes' | 'given'> = {},
): Promise<FactReader> {
  // Without them a declared tree has neither pipes nor sockets.
  const hasFiles = isHeld && (c.subject !== undefined || c.tasks.some(({ criu }) => criu?.resources !== undefined));
  const files = hasFiles ? await readFiles(sandbox, group) : undefined;
  const { treeCgroup } = sandbox;
  const inside = isHeld ? await readNamespaces(sandbox, c, group) : undefined;
  return new FactReader({
    proc: sandbox.inside('/proc'),
    isHeld,
    given: mergeFacts(given, files, inside && new Map([[inside.id, inside.facts]])),
    ...(holes && { holes }),
    cgroup: isHeld && treeCgroup ? (text) => treeCgroup.describe(text) : undefined,
    managesCgroups: managesCgroups(c),
  });
}

function mergeFacts(...all: readonly (FactsByPid | undefined)[]): FactsByPid {
  const merged = new Map<number, CriuFacts>();
  for (const [pid, facts] of all.flatMap((one) => [...(one ?? [])])) merged.set(pid, { ...merged.get(pid), ...facts });
  return merged;
}

const texts = z.record(z.string(), z.string());
const FILES = z.object({
  files: z.array(z.object({ pid: number, fd: number, queue: z.string().optional(), options: texts.optional() })),
});

/** Of pipes, sockets and others what is queued in them, and the options of sockets: `SO_LINGER of open file 3`. */
async function readFiles(sandbox: Sandbox, group: readonly Seen[]): Promise<FactsByPid> {
  const living = group.filter(({ state }) => state !== 'Z');
  const { files } = await sandbox.ask(listIn('files', living), FILES);
  const found = new Map<number, Record<string, string>>(living.map(({ id }) => [id, {}]));
  for (const { pid, fd, queue, options = {} } of files) {
    const facts = found.get(pid)!;
    if (queue !== undefined) facts[nameQueue(queue, fd)] = queue;
    for (const [option, value] of Object.entries(options)) facts[`${option} of open file ${fd}`] = value;
  }
  return found;
}

/** A request about each process of a group. */
function listIn(request: string, group: readonly Seen[]): string {
  return [line(request), ...group.map(({ id }) => line('task', { pid: id }))].join('\n');
}

const ASKED = z.object({ processes: z.array(z.object({ pid: number }).catchall(z.string())) });

/** What the kernel says of each process to itself only. */
async function askProcesses(sandbox: Sandbox, group: readonly Seen[]): Promise<FactsByPid> {
  const sleeping = group.filter(({ state }) => state === 'S');
  const { processes } = await sandbox.ask(listIn('ask', sleeping), ASKED);
  const answered = processes.filter((one) => Object.keys(one).length > 1);
  return new Map(answered.map(({ pid, ...facts }) => [pid, facts]));
}

/**
 * A census of a group; `round`: they are asked whether they run, with a number that no other question has. Tasks that answer such
 * questions do nothing else, and count as held.
 */
export async function takeCensus(
  sandbox: Sandbox,
  c: Case,
  group: readonly Seen[],
  round?: number,
): Promise<CriuCensus> {
  const { silent, facts } =
    round === undefined ? { silent: [], facts: undefined } : await ask(sandbox, c, group, round);
  const reader = await openFactReader(sandbox, c, group, round !== undefined, facts && { given: facts });
  const asked = c.subject && (await askProcesses(sandbox, group));
  return { tasks: toTasks(c, group, reader, asked), silent };
}
