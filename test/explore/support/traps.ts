/**
 * Cases in which a step is not as private as it looks. The first two, and that of those held back, were once ended wrongly
 * by a reduction that took such a step alone; the others watch the places where that can be argued, and was not seen yet.
 */
import type { ScenarioDocument } from '../../../src/index.ts';

type Trap = Omit<ScenarioDocument, 'scenario'> & { readonly protocol: string };

const two = { pid: 100, children: [{ pid: 101 }] } as const;
const ghost = { pid: 100, children: [{ pid: 101, ghost: true }] } as const;

export const TRAPS: Readonly<Record<string, Trap>> = {
  'a fault that a point sets off comes when the task arrives, not at once': {
    protocol: 'patch',
    tree: ghost,
    faults: [{ kill: 'coordinator', when: { task: 100, at: 'sync-2' } }],
  },
  'the same on the way back to user space': {
    protocol: 'patch',
    tree: { pid: 100, children: [{ pid: 101, sibling: true }] },
    restart: { flags: ['frozen'] },
    faults: [{ kill: 'coordinator', when: { task: 101, at: 'resume' } }],
  },
  'errno is set after a success, while others read it': {
    protocol: 'series',
    tree: ghost,
    faults: [{ signal: 'SIGUSR1', to: 101, when: { coordinator: 'release' } }],
  },
  'errno is set around a success': {
    protocol: 'series',
    tree: ghost,
    faults: [{ signal: 'SIGUSR1', to: 101, when: { coordinator: 'out' } }],
  },
  'a debug entry that is not there breaks the kernel, sooner or later': {
    protocol: 'series',
    tree: two,
    restart: { debug: true },
    faults: [
      { fail: 'kmalloc', task: [100, 101], when: { task: 100, at: 'sync-1' } },
      { signal: 'SIGUSR1', to: 'coordinator', when: { task: 101, at: 'sync-1' } },
    ],
  },
  'which read fails: the header, or what comes after it': {
    protocol: 'hardened',
    tree: { pid: 100 },
    faults: [{ fail: 'image-read', when: 'any' }],
  },
  'of several that are held back, either may go first': {
    protocol: 'series',
    tree: two,
    faults: [
      { delay: 100, when: { task: 100, at: 'sync-1' } },
      { delay: 101, when: { task: 101, at: 'sync-1' } },
      { delay: 'coordinator', when: { coordinator: 'claim' } },
    ],
  },
  'a fault after a fault without effect': {
    protocol: 'series',
    tree: { pid: 100 },
    faults: [
      { signal: 'SIGUSR1', to: 100, name: 'first', when: 'any' },
      { kill: 'coordinator', when: { after: 'first' } },
    ],
  },
};
