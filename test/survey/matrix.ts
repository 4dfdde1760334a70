/** Trees, images and faults whose every combination `hardened` is to survive, whatever the schedule. */
import { defineScenario, type ScenarioDocument } from '../../src/index.ts';
import { type Case, TASK_OUTCOMES, type TaskExpectation, type TaskOutcome } from '../../src/model/case.ts';

type Tree = ScenarioDocument['tree'];
type Faults = NonNullable<ScenarioDocument['faults']>;

const ONE: Record<string, Tree> = { one: { pid: 100 } };

const TWO: Record<string, Tree> = {
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
};

const THREE: Record<string, Tree> = {
  star: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] },
  chain: { pid: 100, children: [{ pid: 101, children: [{ pid: 102 }] }] },
  'with a ghost': { pid: 100, children: [{ pid: 101, ghost: true }, { pid: 102 }] },
  'with a zombie': { pid: 100, children: [{ pid: 101, state: 'zombie', children: [{ pid: 102 }] }] },
  'with threads': { pid: 100, children: [{ pid: 101, threads: [102] }] },
};

/** Waiting for good is what these ask for. */
const MAY_BLOCK = new Set(['stop', 'ptrace']);

/**
 * A restart that fails before it has found a task leaves it where it was: waiting to be called for. Nobody waits for good
 * anywhere else.
 */
const NEVER_STUCK: readonly TaskExpectation[] = (Object.keys(TASK_OUTCOMES) as TaskOutcome[]).map((outcome) =>
  outcome === 'waiting' ? { outcome, at: 'sync-1' } : { outcome },
);

function faultsFor(pids: readonly number[]): Record<string, Faults> {
  const anybody = ['coordinator' as const, ...pids];
  return {
    none: [],
    signal: [{ signal: 'SIGUSR1', to: anybody }],
    kill: [{ kill: anybody }],
    stop: [{ stop: anybody }],
    ptrace: [{ ptrace: [...pids] }],
    wake: [{ wake: anybody }],
    exit: [{ exit: [...pids] }],
    kmalloc: [{ fail: 'kmalloc', when: 'any' }],
    'image read': [{ fail: 'image-read', when: 'any' }],
    restore: [{ fail: 'restore', when: 'any' }],
    freeze: [{ fail: 'freeze', when: 'any' }],
    'fork of the root': [{ fork: 100 }],
    'fork of the last': [{ fork: Math.max(...pids) }],
  };
}

function pidsOf(tree: Tree): number[] {
  return [...new Set([...JSON.stringify(tree).matchAll(/\b1\d\d\b/g)].map(([pid]) => Number(pid)))];
}

const BUILDS = [{}, { flags: ['frozen'] }, { debug: true }] as const;

/** The plain, the frozen and the debug build; only the frozen one can fail to freeze. */
function buildsFor(kind: string): readonly (typeof BUILDS)[number][] {
  return kind.includes('freeze') ? BUILDS.filter((build) => 'flags' in build) : BUILDS;
}

/** The cases of some trees with one fault of each kind, in the plain, the frozen and the debug build. */
function casesOf(trees: Record<string, Tree>, faultsOf: (pids: readonly number[]) => Record<string, Faults>): Case[] {
  return Object.entries(trees).flatMap(([shape, tree]) =>
    Object.entries(faultsOf(pidsOf(tree))).flatMap(([kind, faults]) =>
      buildsFor(kind).map((build): Case => {
        const scenario = `${shape}, ${kind}${Object.keys(build)
          .map((word) => `, ${word}`)
          .join('')}`;
        const [c] = defineScenario({
          scenario,
          tree,
          faults,
          restart: { protocol: 'hardened', ...build },
          explore: 'exhaustive',
        } as ScenarioDocument);
        const mayBlock = kind.split(' and ').some((one) => MAY_BLOCK.has(one));
        const coordinator = mayBlock
          ? (['ok', 'blocked', 'killed', 'EINTR', 'ESRCH', 'EBUSY', 'EPERM', 'EINVAL', 'ENOMEM', 'EIO'] as const)
          : [];
        const pids = [...c.tasks.map(({ pid }) => pid), ...c.faults.flatMap(({ child }) => child ?? [])];
        const tasks = mayBlock ? {} : Object.fromEntries(c.tasks.map(({ pid }) => [pid, NEVER_STUCK]));
        return { ...c, expect: { ...c.expect, coordinator, tasks, leftWaiting: pids } };
      }),
    ),
  );
}

/** Two faults of different or the same kind. */
function twoFaultsFor(pids: readonly number[]): Record<string, Faults> {
  const single = Object.entries(faultsFor(pids)).filter(([kind]) => kind !== 'none');
  return Object.fromEntries(
    single.flatMap(([a, first], i) => single.slice(i).map(([b, second]) => [`${a} and ${b}`, [...first, ...second]])),
  );
}

export const MATRICES = {
  /** One task and two, one fault: what `npm test` explores. */
  small: (): Case[] => [...casesOf(ONE, faultsFor), ...casesOf(TWO, faultsFor)],
  /** Three tasks, one fault. */
  three: (): Case[] => casesOf(THREE, faultsFor),
  /** Two tasks, two faults. */
  double: (): Case[] => casesOf(TWO, twoFaultsFor),
} as const;
