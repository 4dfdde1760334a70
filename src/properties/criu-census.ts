/** What differs between two looks at the same tasks, in words. */
import type { CriuCensus, CriuChange, CriuTask, CriuThread } from '../record/criu.ts';
import { describeChange } from '../record/fact-words.ts';
import { isNotRestored } from './criu-not-restored.ts';
import { didOtherEnd, hasMoreArrived } from './criu-peers.ts';

/** Differences that a message names before it only counts them. */
const NAMED = 3;

/** How a state counts: running and sleeping are the same to CRIU. */
function describeState(state: string): string {
  return /[RSDI]/.test(state)
    ? 'running'
    : state === 'T'
      ? 'stopped'
      : state === 't'
        ? 'held by a tracer'
        : state === 'Z'
          ? 'a zombie'
          : state;
}

type Facts = Readonly<Record<string, string | number | undefined>>;

function collectFacts(task: CriuTask): Facts {
  const { parent, pgid, session, status, name } = task;
  return {
    parent,
    'process group': pgid,
    session,
    state: describeState(task.state),
    'exit status': status,
    'pending signals': mask(task.pending),
    threads: task.threads.map(({ tid }) => tid).join(' '),
    'memory of its own': task.privateMemory,
    'shared memory': task.sharedMemory,
    name,
  };
}

function collectThreadFacts({ blocked, pending, state }: CriuThread): Facts {
  return {
    'blocked signals': mask(blocked),
    'pending signals of its own': mask(pending),
    'state of its own': describeState(state),
  };
}

/** Without leading zeros: masks that were combined have none. */
function mask(hexadecimal: string): string {
  return BigInt(`0x${hexadecimal}`).toString(16);
}

/** One thing that differs between two looks at the same tasks. */
interface Difference {
  /** `task 101`, `thread 103`. */
  readonly of: string;
  readonly fact: string;
  readonly before: string;
  readonly after: string;
}

/** What is compared where it is there both times: whether a file is there at all is another fact. */
const OF_BOTH = /^(flags|(SO|IP|IPV6|TCP|NETLINK)_[A-Z0-9_]+) of /;

function compareFacts(of: string, before: Facts, after: Facts): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((fact) => before[fact] !== after[fact] && !isNotRestored(fact))
    .filter((fact) => !OF_BOTH.test(fact) || (fact in before && fact in after))
    .map((fact) => ({ of, fact, before: `${before[fact] ?? 'none'}`, after: `${after[fact] ?? 'none'}` }))
    .filter(({ fact, before, after }) => !hasMoreArrived(fact, before, after));
}

/** What was read of both: of a task that has died since there is nothing, and of one that ran nothing that it changes itself. */
function compareRead(of: string, before: Facts | undefined, after: Facts | undefined): Difference[] {
  return before && after ? compareFacts(of, before, after) : [];
}

/** What differs of the tasks that are in both; the pids of `except` are left out, and the parents of their children. */
export function differences(before: CriuCensus, after: CriuCensus, except: ReadonlySet<number> = new Set()): string[] {
  const found = compareTasks(before, after, except);
  return [
    ...found.map(describe),
    ...newlySilent(before, after, except).map((tid) => `thread ${tid} does not answer: it exists, but does not run`),
  ];
}

/** What differs of the steady facts of tasks that are in both, and execute the same program. */
export function steadyDifferences(
  before: CriuCensus,
  after: CriuCensus,
  except: ReadonlySet<number> = new Set(),
): string[] {
  const later = new Map(after.tasks.map((task) => [task.pid, task]));
  return before.tasks
    .filter(({ pid }) => !except.has(pid))
    .flatMap((task) => {
      const now = later.get(task.pid);
      if (!now || now.name !== task.name) return [];
      const threads = task.threads.flatMap((thread) => {
        const same = now.threads.find(({ tid }) => tid === thread.tid);
        return compareRead(`thread ${thread.tid}`, thread.facts, same?.facts);
      });
      const of = `task ${task.pid}`;
      const asked = compareRead(of, task.askedFacts, now.askedFacts);
      return [...compareRead(of, task.facts, now.facts), ...asked, ...threads].map(describe);
    });
}

function describe({ of, fact, before, after }: Difference): string {
  return `${of}: ${describeChange(fact, before, after)}`;
}

/** The kinds of what differs, each once: `pending signals`, `state stopped, then running`, `a task is missing`. */
export function kindsOfDifferences(before: CriuCensus, after: CriuCensus, except: ReadonlySet<number>): string[] {
  const kinds = compareTasks(before, after, except).map((one) =>
    one.fact === 'state' ? `state ${one.before}, then ${one.after}` : kindOfFact(one),
  );
  return [
    ...new Set(kinds),
    ...(newlySilent(before, after, except).length > 0 ? ['a thread does not answer'] : []),
    ...(missing(before, after, except).length > 0 ? ['a task is missing'] : []),
    ...(added(before, after).length > 0 ? ['a new task'] : []),
  ];
}

/** `open file 3` → `open file`, or what is open there: `open socket`. */
function kindOfFact({ fact, before, after }: Difference): string {
  if (fact.startsWith('flags of ')) return 'flags of an open file';
  if (OF_BOTH.test(fact)) return fact.replace(/open file \d+$/, 'a socket');
  if (/^open file \d+$/.test(fact)) return `open ${kindOfFile(before === 'none' ? after : before)}`;
  return `${fact.replace(/ (\d+|[0-9a-f]+-[0-9a-f]+)$/, '')}${nameFlags(fact, before, after)}`;
}

/** Flags of a mapping (VmFlags in smaps) that only one of two censuses has: a seal that is lost is no lock that is. */
function nameFlags(fact: string, before: string, after: string): string {
  if (!fact.startsWith('mapping ')) return '';
  const [then, now] = [before, after].map((text) => /\(([a-z ]*)\)/.exec(text)?.[1]?.split(' '));
  if (!then || !now) return '';
  const only = [...then.filter((flag) => !now.includes(flag)), ...now.filter((flag) => !then.includes(flag))];
  return only.map((flag) => ` ${flag}`).join('');
}

/** By what a census says of an open file, which begins with the target of its link in /proc. */
function kindOfFile(text: string): string {
  if (text.startsWith('/memfd:')) return 'memory file';
  return /^(pipe|socket) /.exec(text)?.[1] ?? /^anon_inode:\[?([\w-]+)/.exec(text)?.[1] ?? 'file';
}

function compareTasks(before: CriuCensus, after: CriuCensus, except: ReadonlySet<number>): Difference[] {
  const later = new Map(after.tasks.map((task) => [task.pid, task]));
  const found: Difference[] = [];
  for (const task of before.tasks) {
    const seen = later.get(task.pid);
    const now = seen && (before.held && after.held ? withoutNewSignals(task, seen) : seen);
    if (!now || except.has(task.pid)) continue;
    const [then_, now_] = [collectFacts(task), collectFacts(now)];
    const sameParent = except.has(task.parent) ? { parent: task.parent } : {};
    const name = `task ${task.pid}`;
    found.push(
      ...compareFacts(name, then_, { ...now_, ...sameParent }),
      ...compareRead(name, task.facts, now.facts),
      ...compareRead(name, task.heldFacts, now.heldFacts),
      ...compareRead(name, task.askedFacts, now.askedFacts),
    );
    for (const thread of task.threads) {
      const same = now.threads.find(({ tid }) => tid === thread.tid);
      // Of a zombie nothing but its status is left.
      if (!same || task.state === 'Z') continue;
      const of = `thread ${thread.tid}`;
      found.push(
        ...compareFacts(of, collectThreadFacts(thread), collectThreadFacts(same)),
        ...compareRead(of, thread.facts, same.facts),
      );
    }
  }
  if (!before.isLeft && (!before.held || !after.held)) return found;
  return found.filter((one) => !didOtherEnd(one.before, one.after, before));
}

function newlySilent(before: CriuCensus, after: CriuCensus, except: ReadonlySet<number>): number[] {
  const wasSilent = new Set(before.silent);
  return after.silent.filter((tid) => !wasSilent.has(tid) && !except.has(tid));
}

/** A program that runs on may have got signals between two looks: only those that are lost are a difference. */
function withoutNewSignals(before: CriuTask, after: CriuTask): CriuTask {
  return {
    ...after,
    pending: both(before.pending, after.pending),
    threads: after.threads.map((thread) => {
      const same = before.threads.find(({ tid }) => tid === thread.tid);
      return same ? { ...thread, pending: both(same.pending, thread.pending) } : thread;
    }),
  };
}

/** The signals that are in both masks. */
function both(one: string, other: string): string {
  return (BigInt(`0x${one}`) & BigInt(`0x${other}`)).toString(16);
}

/** The tasks that are not there any more. */
export function missing(before: CriuCensus, after: CriuCensus, except: ReadonlySet<number> = new Set()): number[] {
  const later = new Set(after.tasks.map(({ pid }) => pid));
  return before.tasks.map(({ pid }) => pid).filter((pid) => !later.has(pid) && !except.has(pid));
}

/** The tasks that did not exist before. */
export function added(before: CriuCensus, after: CriuCensus): string[] {
  const earlier = new Set(before.tasks.map(({ pid }) => pid));
  return after.tasks
    .filter(({ pid }) => !earlier.has(pid))
    .map(({ pid, name }) => `${pid} ${name} exists, and did not before`);
}

/** The first of these sentences, and how many more there are. */
export function few(sentences: readonly string[]): string {
  const rest = sentences.length - NAMED;
  return `${sentences.slice(0, NAMED).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

/** What is compared of the surroundings of a tree, for statements. */
export const SURROUNDINGS =
  'mounts, named Unix sockets, files of the case, POSIX message queues, System V IPC objects, network interfaces and their addresses, host names, the cgroup of the tree with its limits; of a program, and of a tree with connections, a freezer or a network of its own, also rules of the packet filter, TCP sockets in repair mode, TCP connections of no process, frozen cgroups, processes of CRIU';

/** `packet filter rules added: …; files removed: …`. */
export function describeChanges(changes: readonly CriuChange[]): string {
  const some = (kind: string, verb: string, things: readonly string[]) =>
    things.length === 0 ? [] : [`${kind} ${verb}: ${few(things)}`];
  return changes
    .flatMap(({ kind, added: more, removed }) => [...some(kind, 'added', more), ...some(kind, 'removed', removed)])
    .join('; ');
}

/** `101 (S), 102 (T)`, and where each waits when it is known. */
export function describeTask(tasks: readonly CriuTask[]): string {
  const names = tasks.map(({ pid, name, state, threads }) => {
    const at = threads[0]?.wchan;
    const tracer = threads.find((thread) => thread.tracer !== 0) ? ', traced' : '';
    return `${pid} ${name} (${state}${at && at !== '0' ? ` in ${at}` : ''}${tracer})`;
  });
  return few(names);
}
