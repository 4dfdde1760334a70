/** The tree: tasks as user space (mktree) made them, written out or generated. */
import * as z from 'zod';
import { RESOURCE_NAMES, RESOURCES } from '../../model/criu-resources.ts';
import { MAX_GENERATED_TASKS } from '../limits.ts';
import { flags, pid, signal } from './values.ts';
import { flag, integer, list, mapping, oneOf, text, word } from './word.ts';

export const SHAPES = {
  star: 'a root and its children',
  chain: 'each task has one child',
  binary: 'each task has two children, filled level by level',
  random: '`seed` chooses the parent of each task',
} as const;

export const STATES = {
  alive: 'calls restart, and restores itself',
  zombie: 'was a zombie when it was checkpointed: user space makes a live task that restores itself into one',
  dead: 'has already exited when restart is called',
} as const;

/** Words of every task, threads too. */
const anyTask = mapping('a task: a mapping with a pid', {
  pid: word(pid, 'The process id, unique in the tree.', 'pid: 101'),
  name: word(text('a name', 100), 'The name of the task in reports.', 'name: worker').optional(),
  'traced-by': word(
    z.union([z.literal('outsider', { error: 'outsider' }), pid]),
    'The tracer of the task when restart is called: a task outside of the tree, or one of the tree.',
    'traced-by: outsider',
  ).optional(),
  owner: word(
    oneOf(['self', 'stranger'], 'owner'),
    'The owner of the task. The coordinator may not attach to a task of a stranger. Default: self.',
    'owner: stranger',
  ).optional(),
  'restarting-itself': word(
    flag(),
    'Already has a restart context of its own: it is the coordinator of another restart.',
    'restarting-itself: true',
  ).optional(),
  absent: word(flag(), 'Never calls restart.', 'absent: true').optional(),
  exits: word(flag(), 'Exits instead of calling restart.', 'exits: true').optional(),
  flags: word(
    flags,
    'Its own flags argument to restart: names, or numbers for bits without one.',
    'flags: [0x80]',
  ).optional(),
  blocked: word(list(signal, 'a list of signals'), 'CRIU: the blocked signals.', 'blocked: [SIGUSR1]').optional(),
  pending: word(
    list(signal, 'a list of signals'),
    'CRIU: pending signals, which are blocked too; those of a process are pending for the whole process, and all its threads block them.',
    'pending: [SIGUSR2]',
  ).optional(),
});

/** Those of a process, which belong to the whole thread group. */
const anyProcess = anyTask.extend({
  state: word(
    oneOf(['alive', 'zombie', 'dead'], 'state'),
    'Its state: alive; zombie (it was a zombie at checkpoint, as the image records); dead (exited before restart is called). Default: alive.',
    'state: zombie',
  ).optional(),
  'exit-code': word(
    integer(0, 255, 'an exit code'),
    'The exit code of a task that exits, or has exited. Default: 0.',
    'exit-code: 7',
  ).optional(),
  'exit-signal': word(signal, 'CRIU: a zombie that this signal has killed.', 'exit-signal: SIGSEGV').optional(),
  stopped: word(flag(), 'CRIU: stopped by SIGSTOP, with all its threads.', 'stopped: true').optional(),
  memory: word(
    integer(0, 1_048_576, 'a number of KiB'),
    'CRIU: private memory, in KiB, with a pattern that no other task has. Default: 16.',
    'memory: 4096',
  ).optional(),
  resources: word(
    list(oneOf(RESOURCE_NAMES, 'resource'), 'a list of resources'),
    `CRIU: what else it has when it is dumped, compared after the restore: ${Object.entries(RESOURCES)
      .map(([name, what]) => `${name} (${what})`)
      .join(', ')}.`,
    'resources: [deleted-file, pipe, timerfd]',
  ).optional(),
  orphan: word(
    flag(),
    'CRIU: the process that made it has exited, as with the double fork of a daemon, and the task that it is written under adopted it: as the init of a pid namespace, or a subreaper (PR_SET_CHILD_SUBREAPER). `session` or `pgid` may be the pid of that process.',
    'orphan: true',
  ).optional(),
  entered: word(
    flag(),
    'CRIU: came into the pid namespace of the tree from outside, as with `docker exec` or nsenter(1): no process of the namespace is its parent. It leads a session of its own. Needs `criu: { namespace: own }`.',
    'entered: true',
  ).optional(),
  ghost: word(
    flag(),
    'Exists only to own a process group id: calls restart with the ghost flag, is not in the image, and exits at the end.',
    'ghost: true',
  ).optional(),
  sibling: word(
    flag(),
    'Made with CLONE_PARENT: its parent is the parent of the task that it is written under.',
    'sibling: true',
  ).optional(),
  session: word(
    pid,
    'The session that it is in: its own pid, or the session of a task above it; an orphan may be in one whose leader has exited. Default: that of the task that made it.',
    'session: 101',
  ).optional(),
  pgid: word(
    pid,
    'The process group that it is in. Default: its own pid for the leader of a session, else that of the task that made it.',
    'pgid: 101',
  ).optional(),
});

/** Explicit where the schema refers to itself, which TypeScript cannot infer. */
type OptionalList<S extends z.ZodType> = z.ZodOptional<z.ZodArray<S>>;

export const lateTask = anyProcess
  .extend({
    get forks(): OptionalList<typeof lateTask> {
      return forksWord();
    },
  })
  .meta({ id: 'forked-task', description: 'A task that is made while the restart may be at work.' });

export const thread = anyTask
  .extend({
    get children(): OptionalList<typeof task> {
      return childrenWord();
    },
    get forks(): OptionalList<typeof lateTask> {
      return forksWord();
    },
  })
  .meta({ id: 'thread', description: 'A thread: a task of the group of the task that it is written under.' });

export const task = anyProcess
  .extend({
    get children(): OptionalList<typeof task> {
      return childrenWord();
    },
    threads: word(
      list(z.union([pid, thread]), 'a list of threads'),
      'The other threads of its group: pids, or mappings with words of their own.',
      'threads: [104, 105]',
    ).optional(),
    get forks(): OptionalList<typeof lateTask> {
      return forksWord();
    },
  })
  .meta({ id: 'task', description: 'A task (process) of the tree.' });

function childrenWord(): OptionalList<typeof task> {
  return word(
    list(task, 'a list of tasks'),
    'Its children, in the order in which they are made.',
    'children: [{ pid: 101 }]',
  ).optional();
}

function forksWord(): OptionalList<typeof lateTask> {
  return word(
    list(lateTask, 'a list of tasks'),
    'Children that it forks before it calls restart, while the coordinator may already be at work. Not in the image unless image.pids names them.',
    'forks: [{ pid: 110, absent: true }]',
  ).optional();
}

export const generated = mapping('a mapping with a shape and a number of tasks', {
  shape: word(
    oneOf(['star', 'chain', 'binary', 'random'], 'shape'),
    'The shape of the tree: star, chain, binary or random.',
    'shape: star',
  ),
  tasks: word(
    integer(1, MAX_GENERATED_TASKS, 'a number of tasks'),
    'The number of tasks, including the root.',
    'tasks: 4',
  ),
  seed: word(
    z.union([z.int({ error: 'a number' }), text('a text', 100)]),
    'The seed of a random tree. Default: 0.',
    'seed: 7',
  ).optional(),
  'first-pid': word(
    pid,
    'The pid of the root; the others follow in the order of the walk (a task, then its children). Default: 100.',
    'first-pid: 100',
  ).optional(),
}).meta({ id: 'generate', description: 'A tree of a given shape.' });

export const generatedTree = mapping('a task, or generate', {
  generate: word(
    generated,
    'Makes a tree of a given shape instead of one that is written out.',
    'generate: { shape: star, tasks: 4 }',
  ),
});

export const tree = z.union([task, generatedTree]);
