/** Trees, images and faults; `hardened` must survive every combination of them, whatever the schedule. */
import { defineScenario, type ScenarioDocument } from '../../src/index.ts';
import {
  type Case,
  type CoordinatorOutcome,
  TASK_OUTCOMES,
  type TaskExpectation,
  type TaskOutcome,
} from '../../src/model/case.ts';

type Faults = NonNullable<ScenarioDocument['faults']>;

/** A tree, its image, and the call of restart. */
type Subject = Pick<ScenarioDocument, 'tree' | 'image' | 'restart'>;

function trees(all: Record<string, ScenarioDocument['tree']>): Record<string, Subject> {
  return Object.fromEntries(Object.entries(all).map(([name, tree]) => [name, { tree }]));
}

const ONE = trees({ one: { pid: 100 } });

const TWO = {
  ...trees({
    two: { pid: 100, children: [{ pid: 101 }] },
    ghost: { pid: 100, children: [{ pid: 101, ghost: true }] },
    zombie: { pid: 100, children: [{ pid: 101, state: 'zombie' }] },
    'zombie root': { pid: 100, state: 'zombie', children: [{ pid: 101 }] },
    threads: { pid: 100, threads: [101] },
    dead: { pid: 100, children: [{ pid: 101, state: 'dead' }] },
    exits: { pid: 100, children: [{ pid: 101, exits: true }] },
    forks: { pid: 100, forks: [{ pid: 101 }] },
    nested: { pid: 100, children: [{ pid: 101, 'restarting-itself': true }] },
    traced: { pid: 100, children: [{ pid: 101, 'traced-by': 'outsider' }] },
    stranger: { pid: 100, children: [{ pid: 101, owner: 'stranger' }] },
    sibling: { pid: 100, children: [{ pid: 101, sibling: true }] },
    absent: { pid: 100, children: [{ pid: 101, absent: true }] },
  }),
  'the caller is the root': {
    tree: { pid: 100, children: [{ pid: 101 }] },
    restart: { flags: ['taskself'] },
  } as Subject,
};

const THREE = {
  ...trees({
    star: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] },
    chain: { pid: 100, children: [{ pid: 101, children: [{ pid: 102 }] }] },
    'with a ghost': { pid: 100, children: [{ pid: 101, ghost: true }, { pid: 102 }] },
    'with a zombie': { pid: 100, children: [{ pid: 101, state: 'zombie', children: [{ pid: 102 }] }] },
    'with threads': { pid: 100, children: [{ pid: 101, threads: [102] }] },
    'with a dead task': { pid: 100, children: [{ pid: 101, state: 'dead' }, { pid: 102 }] },
    'with a task that exits': { pid: 100, children: [{ pid: 101, exits: true }, { pid: 102 }] },
    'with an absent task': { pid: 100, children: [{ pid: 101, absent: true }, { pid: 102 }] },
    'with a task that forks': { pid: 100, children: [{ pid: 101, forks: [{ pid: 102 }] }] },
    'with a nested restart': { pid: 100, children: [{ pid: 101 }, { pid: 102, 'restarting-itself': true }] },
    'with a traced task': { pid: 100, children: [{ pid: 101 }, { pid: 102, 'traced-by': 'outsider' }] },
    'with a stranger': { pid: 100, children: [{ pid: 101 }, { pid: 102, owner: 'stranger' }] },
    'with a sibling': { pid: 100, children: [{ pid: 101 }, { pid: 102, sibling: true }] },
  }),
  'the caller is the root of three': {
    tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] },
    restart: { flags: ['taskself'] },
  } as Subject,
  ...trees({
    'a group of three': { pid: 100, threads: [101, 102] },
    'the child of a thread': { pid: 100, threads: [{ pid: 101, children: [{ pid: 102 }] }] },
    'held by the root': { pid: 100, children: [{ pid: 101, 'traced-by': 100 }, { pid: 102 }] },
    'a ghost in between': { pid: 100, children: [{ pid: 101, ghost: true, children: [{ pid: 102 }] }] },
    'only ghosts below': {
      pid: 100,
      children: [
        { pid: 101, ghost: true },
        { pid: 102, ghost: true },
      ],
    },
    'a zombie and a ghost': {
      pid: 100,
      children: [
        { pid: 101, state: 'zombie' },
        { pid: 102, ghost: true },
      ],
    },
    'the root forks twice': { pid: 100, forks: [{ pid: 101 }, { pid: 102 }] },
  }),
};

const OBJECTS = ['header', 'container', 'tree', 'task', 'tail'] as const;

/** Damaged images and invalid calls, for any tree with the tasks 100 and 101. */
export const DAMAGES: Record<string, Omit<Subject, 'tree'>> = {
  ...Object.fromEntries(
    Object.entries({
      'a pid of no task': [100, 999],
      'a negative pid': [100, -1],
      'only the root': [100],
      'without the root': [101],
      'a pid twice': [100, 100, 101],
      'in another order': [101, 100],
      'the coordinator': [100, 101, 1],
      'no task at all': [],
    }).map(([name, pids]) => [name, { image: { pids } }]),
  ),
  'one task too many': { image: { 'nr-tasks': 9 } },
  'one task too few': { image: { 'nr-tasks': 1 } },
  ...Object.fromEntries(OBJECTS.map((object) => [`cut at the ${object}`, { image: { truncate: object } }])),
  'cut at the second record': { image: { truncate: { object: 'task', index: 1 } } },
  ...Object.fromEntries(OBJECTS.map((object) => [`a wrong ${object}`, { image: { corrupt: { object } } }])),
  'a wrong second record': { image: { corrupt: { object: 'task', index: 1 } } },
  'a task recorded as a zombie': { image: { zombies: [101] } },
  'the root is a zombie': { image: { zombies: [100] } },
  'saved results are ERESTARTSYS': { image: { retval: { 100: -512, 101: -516 } } },
  'called for a pid of no task': { restart: { pid: 999 } },
  'called for a child': { restart: { pid: 101 } },
  'no capability': { restart: { capable: false } },
  'a bad file': { restart: { fd: 'bad' } },
  'a bad log': { restart: { logfd: 'bad' } },
  'an unknown flag': { restart: { flags: [0x80] } },
  'the ghost flag for the coordinator': { restart: { flags: ['ghost'] } },
};

function pick(all: Record<string, Subject>, names: readonly string[]): Record<string, Subject> {
  return Object.fromEntries(names.map((name) => [name, all[name]!]));
}

function damaged(subjects: Record<string, Subject>): Record<string, Subject> {
  return Object.fromEntries(
    Object.entries(subjects).flatMap(([name, subject]) =>
      Object.entries(DAMAGES).map(([damage, change]) => [`${name}, ${damage}`, { ...subject, ...change }]),
    ),
  );
}

/** With these, waiting indefinitely is expected: a task that is stopped, traced, or never calls restart is waited for. */
const MAY_BLOCK = /\b(stop|ptrace|absent)\b/;
const ANYHOW = 'ok blocked killed exited EINTR ESRCH EBUSY EPERM EINVAL ENOMEM EIO EBADF'.split(
  ' ',
) as CoordinatorOutcome[];

/**
 * A restart that fails before it has found a task leaves it where it was: waiting to be marked. No task waits indefinitely
 * anywhere else.
 */
const NEVER_STUCK: readonly TaskExpectation[] = (Object.keys(TASK_OUTCOMES) as TaskOutcome[]).map((outcome) =>
  outcome === 'waiting' ? { outcome, at: 'sync-1' } : { outcome },
);

function faultsFor(pids: readonly number[]): Record<string, Faults> {
  const anyTask = ['coordinator' as const, ...pids];
  return {
    none: [],
    signal: [{ signal: 'SIGUSR1', to: anyTask }],
    kill: [{ kill: anyTask }],
    stop: [{ stop: anyTask }],
    ptrace: [{ ptrace: [...pids] }],
    wake: [{ wake: anyTask }],
    exit: [{ exit: [...pids] }],
    kmalloc: [{ fail: 'kmalloc', when: 'any' }],
    'image read': [{ fail: 'image-read', when: 'any' }],
    restore: [{ fail: 'restore', when: 'any' }],
    freeze: [{ fail: 'freeze', when: 'any' }],
    'fork of the root': [{ fork: 100 }],
    'fork of the last': [{ fork: Math.max(...pids) }],
  };
}

function listPids(tree: Subject['tree']): number[] {
  return [...new Set([...JSON.stringify(tree).matchAll(/\b1\d\d\b/g)].map(([pid]) => Number(pid)))];
}

/** The plain, the frozen and the debug build. */
const BUILDS: Record<string, { readonly frozen?: true; readonly debug?: true }> = {
  '': {},
  ', frozen': { frozen: true },
  ', debug': { debug: true },
};

/** Only the frozen one can fail to freeze. */
function buildsFor(kind: string): readonly string[] {
  return Object.keys(BUILDS).filter((build) => !kind.includes('freeze') || BUILDS[build]!.frozen);
}

/** The cases of some subjects with one fault of each kind, in the plain, the frozen and the debug build. */
function buildCases(
  subjects: Record<string, Subject>,
  faultsOf: (pids: readonly number[]) => Record<string, Faults>,
  builds: (kind: string) => readonly string[] = buildsFor,
): Case[] {
  return Object.entries(subjects).flatMap(([shape, subject]) =>
    Object.entries(faultsOf(listPids(subject.tree))).flatMap(([kind, faults]) =>
      builds(kind).map((build) => buildCase(`${shape}, ${kind}${build}`, subject, kind, faults, BUILDS[build]!)),
    ),
  );
}

function buildCase(
  scenario: string,
  { tree, image, restart = {} }: Subject,
  kind: string,
  faults: Faults,
  { frozen, debug }: (typeof BUILDS)[string],
): Case {
  const flags = [...(restart.flags ?? []), ...(frozen ? ['frozen'] : [])];
  const [c] = defineScenario({
    scenario,
    tree,
    ...(image && { image }),
    // Not every fault can fire in every tree: the survey shows that nothing breaks where it does.
    faults: faults.map((fault) => ({ ...fault, optional: true })),
    restart: { ...restart, protocol: 'hardened', ...(flags.length > 0 && { flags }), ...(debug && { debug }) },
    explore: 'exhaustive',
  } as ScenarioDocument);
  const mayBlock = MAY_BLOCK.test(`${kind} ${JSON.stringify(tree)}`);
  const pids = [...c!.tasks.map(({ pid }) => pid), ...c!.faults.flatMap(({ child }) => child ?? [])];
  const tasks = mayBlock ? {} : Object.fromEntries(c!.tasks.map(({ pid }) => [pid, NEVER_STUCK]));
  return { ...c!, expect: { ...c!.expect, coordinator: mayBlock ? ANYHOW : [], tasks, leftWaiting: pids } };
}

/** Two faults of different or the same kind. */
function twoFaultsFor(pids: readonly number[]): Record<string, Faults> {
  const single = Object.entries(faultsFor(pids)).filter(([kind]) => kind !== 'none');
  return Object.fromEntries(
    single.flatMap(([a, first], i) => single.slice(i).map(([b, second]) => [`${a} and ${b}`, [...first, ...second]])),
  );
}

/** The names of the faults. */
export const KINDS: readonly string[] = Object.keys(faultsFor([])).slice(1);

export const MATRICES = {
  /** One task and two, one fault: what `npm run test:e2e` explores. */
  small: (): Case[] => [...buildCases(ONE, faultsFor), ...buildCases(TWO, faultsFor)],
  /** Three tasks, one fault. */
  three: (): Case[] => buildCases(THREE, faultsFor),
  /** Two tasks, two faults. */
  double: (): Case[] => buildCases(TWO, twoFaultsFor),
  /** Damaged images and invalid calls: two tasks with another fault, three without. */
  damaged: (): Case[] => [
    ...buildCases(damaged(pick(TWO, ['two', 'threads'])), faultsFor, (kind) => buildsFor(kind).slice(0, 1)),
    ...buildCases(damaged(pick(THREE, ['star', 'chain', 'with a zombie', 'with threads'])), () => ({ none: [] })),
  ],
} as const;
export type Matrix = keyof typeof MATRICES;
