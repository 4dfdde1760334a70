/** User and group ids, capabilities, seccomp, protection from side channels. */
import type { Kind } from './kind.ts';

const FIELDS = {
  'user ids': 'Uid',
  'group ids': 'Gid',
  'supplementary groups': 'Groups',
  'inheritable capabilities': 'CapInh',
  'permitted capabilities': 'CapPrm',
  'effective capabilities': 'CapEff',
  'bounding capabilities': 'CapBnd',
  'ambient capabilities': 'CapAmb',
  'no new privileges': 'NoNewPrivs',
  'seccomp mode': 'Seccomp',
  'seccomp filters': 'Seccomp_filters',
  'speculative store bypass': 'Speculation_Store_Bypass',
  'speculation of indirect branches': 'SpeculationIndirectBranch',
} as const;

export const credentials: Kind = {
  of: 'thread',
  changes: false,
  read: (thread) =>
    Object.fromEntries(
      Object.entries(FIELDS).map(([name, field]) => [name, thread.status(field).replace(/\s+/g, ' ')]),
    ),
};
