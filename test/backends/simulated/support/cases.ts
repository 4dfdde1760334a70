/** Small cases, one or two tasks each, that together use every word of the format; each has a name for failure messages. */
import { type Case, defineScenario, type ScenarioDocument } from '../../../../src/index.ts';

type Words = Omit<ScenarioDocument, 'scenario'>;

const one = { pid: 100 } as const;
const two = { pid: 100, children: [{ pid: 101 }] } as const;
const targets = ['coordinator', 100, 101] as const;

/** Trees and images, without faults. */
const TREES: Readonly<Record<string, Words>> = {
  'one task': { tree: one },
  'two tasks': { tree: two },
  'a chain': { tree: { generate: { shape: 'chain', tasks: 2 } } },
  'a zombie': { tree: { pid: 100, children: [{ pid: 101, state: 'zombie', 'exit-code': 7 }] } },
  'a root that is a zombie': { tree: { pid: 100, state: 'zombie' } },
  'a ghost': { tree: { pid: 100, children: [{ pid: 101, ghost: true }] } },
  'a dead child': { tree: { pid: 100, children: [{ pid: 101, state: 'dead' }] } },
  'a dead child in the image': {
    tree: { pid: 100, children: [{ pid: 101, state: 'dead' }] },
    image: { pids: [100, 101] },
  },
  'a dead root': { tree: { pid: 100, state: 'dead' } },
  'two threads': { tree: { pid: 100, threads: [101] } },
  'a thread that stays away': { tree: { pid: 100, threads: [{ pid: 101, absent: true }] } },
  'a child that stays away': { tree: { pid: 100, children: [{ pid: 101, absent: true }] } },
  'a root that stays away': { tree: { pid: 100, absent: true } },
  'a child that exits': { tree: { pid: 100, children: [{ pid: 101, exits: true }] } },
  'a root that exits': { tree: { pid: 100, exits: true, children: [{ pid: 101 }] } },
  'a late child': { tree: { pid: 100, forks: [{ pid: 101 }] } },
  'a late child in the image': { tree: { pid: 100, forks: [{ pid: 101 }] }, image: { pids: [100, 101] } },
  'a late child that stays away': { tree: { pid: 100, forks: [{ pid: 101, absent: true }] } },
  'a late child that exits': { tree: { pid: 100, forks: [{ pid: 101, exits: true }] } },
  'a nested coordinator': { tree: { pid: 100, children: [{ pid: 101, 'restarting-itself': true }] } },
  'a nested root': { tree: { pid: 100, 'restarting-itself': true, children: [{ pid: 101 }] } },
  'traced from outside': { tree: { pid: 100, children: [{ pid: 101, 'traced-by': 'outsider' }] } },
  'traced by the root': { tree: { pid: 100, children: [{ pid: 101, 'traced-by': 100 }] } },
  'a stranger': { tree: { pid: 100, children: [{ pid: 101, owner: 'stranger' }] } },
  'a sibling': { tree: { pid: 100, children: [{ pid: 101, sibling: true }] } },
  'a sibling in the image': {
    tree: { pid: 100, children: [{ pid: 101, sibling: true }] },
    image: { pids: [100, 101] },
  },
  'a task with flags of its own': { tree: { pid: 100, children: [{ pid: 101, flags: [0x80] }] } },
};

/** Arguments of restart, and contents of the image. */
const CALLS: Readonly<Record<string, Words>> = {
  taskself: { tree: one, restart: { flags: ['taskself'] } },
  'taskself with two pids': { tree: one, image: { pids: [100, 101] }, restart: { flags: ['taskself'] } },
  'taskself, frozen': { tree: one, restart: { flags: ['taskself', 'frozen'] } },
  frozen: { tree: two, restart: { flags: ['frozen'] } },
  'an unknown flag': { tree: one, restart: { flags: [0x80] } },
  'not capable': { tree: one, restart: { capable: false } },
  'a bad file': { tree: one, restart: { fd: 'bad' } },
  'a bogus root': { tree: one, restart: { pid: 7 } },
  'a grandchild for a root': { tree: two, restart: { pid: 101 } },
  'no root': { tree: one, restart: { pid: 0 } },
  'debug build': { tree: one, restart: { debug: true } },
  'debug build, two tasks': { tree: two, restart: { debug: true } },
  'debug build, a zombie': {
    tree: { pid: 100, children: [{ pid: 101, state: 'zombie' }] },
    restart: { debug: true },
  },
  'debug build, a ghost': { tree: { pid: 100, children: [{ pid: 101, ghost: true }] }, restart: { debug: true } },
  'pids in another order': { tree: two, image: { pids: [101, 100] } },
  'a pid twice': { tree: two, image: { pids: [100, 100] } },
  'a pid that no task has': { tree: two, image: { pids: [100, 999] } },
  'a pid too few': { tree: two, image: { pids: [100] } },
  'a pid too many': { tree: one, image: { pids: [100, 101] } },
  'no tasks': { tree: one, image: { 'nr-tasks': 0 } },
  'too many tasks': { tree: one, image: { 'nr-tasks': 2147483647 } },
  'no header': { tree: one, image: { truncate: 'header' } },
  'no tail': { tree: one, image: { truncate: 'tail' } },
  'a damaged container': { tree: one, image: { corrupt: { object: 'container', at: 0, xor: 1 } } },
  'a damaged tree': { tree: one, image: { corrupt: { object: 'tree', at: 0, xor: 1 } } },
  'a damaged task': { tree: two, image: { corrupt: { object: 'task', at: 0, xor: 1 } } },
  'an image that calls the root a zombie': { tree: two, image: { zombies: [100] } },
};

/** Faults of every verb, at any moment and at points. */
const FAULTS: Readonly<Record<string, Words>> = {
  'a signal to any task': { tree: one, faults: [{ signal: 'SIGUSR1', to: ['coordinator', 100], when: 'any' }] },
  'a signal to any of two': { tree: two, faults: [{ signal: 'SIGUSR1', to: [...targets], when: 'any' }] },
  'a signal before anything': { tree: one, faults: [{ signal: 'SIGUSR1', to: 100, when: 'start' }] },
  'SIGKILL to any task': { tree: one, faults: [{ kill: ['coordinator', 100], when: 'any' }] },
  'SIGKILL to a child': { tree: two, faults: [{ kill: 101, when: 'any' }] },
  'SIGKILL to the root': { tree: two, faults: [{ kill: 100, when: 'any' }] },
  'SIGKILL to the coordinator': { tree: two, faults: [{ kill: 'coordinator', when: 'any' }] },
  'SIGKILL in the turn': { tree: two, faults: [{ kill: 100, when: { task: 100, at: 'restore' } }] },
  'SIGKILL to a thread': { tree: { pid: 100, threads: [101] }, faults: [{ kill: 101, when: 'any' }] },
  'SIGSTOP to any task': { tree: one, faults: [{ stop: ['coordinator', 100], when: 'any' }] },
  'a tracer attaches': { tree: one, faults: [{ ptrace: 100, when: 'any' }] },
  'a fork at any moment': { tree: one, faults: [{ fork: 100, child: 150, when: 'any' }] },
  'no memory': { tree: one, faults: [{ fail: 'kmalloc', when: 'any' }] },
  'no memory for the second time': { tree: one, restart: { debug: true }, faults: [{ fail: 'kmalloc', call: 2 }] },
  'no memory, debug build': { tree: two, restart: { debug: true }, faults: [{ fail: 'kmalloc', task: 101 }] },
  'a read that fails': { tree: one, faults: [{ fail: 'image-read', when: 'any' }] },
  'a restore that fails': { tree: two, faults: [{ fail: 'restore', task: 101, errno: 'ENOMEM' }] },
  'a freezer that fails': { tree: one, restart: { flags: ['frozen'] }, faults: [{ fail: 'freeze' }] },
  'a spurious wake-up': { tree: one, faults: [{ wake: ['coordinator', 100], when: 'any' }] },
  'a delay': { tree: two, faults: [{ delay: 100, when: { task: 100, at: 'sync-2' } }] },
  'an exit at any moment': { tree: two, faults: [{ exit: 101, when: 'any' }] },
  'one fault after the other': {
    tree: two,
    faults: [
      { stop: 100, name: 'first', when: { coordinator: 'activate' } },
      { kill: 100, when: { after: 'first' } },
    ],
  },
  'two signals': { tree: one, faults: [{ signal: 'SIGUSR1', to: ['coordinator', 100], times: 2, when: 'any' }] },
  'a signal, and SIGKILL': {
    tree: one,
    faults: [
      { signal: 'SIGUSR1', to: 'coordinator', when: 'any' },
      { kill: 100, when: 'any' },
    ],
  },
  'a late child, and a signal': {
    tree: { pid: 100, forks: [{ pid: 101 }] },
    faults: [{ signal: 'SIGUSR1', to: 100, when: 'any' }],
  },
  'a ghost, and an error': {
    tree: { pid: 100, children: [{ pid: 101, ghost: true }] },
    faults: [{ fail: 'restore', task: 100 }],
  },
  'a ghost, and SIGKILL': {
    tree: { pid: 100, children: [{ pid: 101, ghost: true }] },
    faults: [{ kill: 101, when: 'any' }],
  },
  'frozen, and a signal': {
    tree: one,
    restart: { flags: ['frozen'] },
    faults: [{ signal: 'SIGUSR1', to: 100, when: 'any' }],
  },
  'a damaged tail, and a signal': {
    tree: one,
    image: { truncate: 'tail' },
    faults: [{ signal: 'SIGUSR1', to: 100, when: 'any' }],
  },
};

/** The case of a scenario in words. */
export function buildCase(name: string, words: Words): Case {
  return defineScenario({ scenario: name, ...words })[0];
}

/** All of them by their names. */
export const SMALL_CASES: ReadonlyMap<string, Case> = new Map(
  Object.entries({ ...TREES, ...CALLS, ...FAULTS }).map(([name, words]) => [name, buildCase(name, words)]),
);
