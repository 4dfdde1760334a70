/** In which cgroup a process is. */
import type { CriuFacts } from '../../record/criu.ts';
import type { Kind } from './kind.ts';

/** What is to be compared of the text of /proc/<pid>/cgroup. */
export type DescribeCgroups = (text: string) => CriuFacts;

export function cgroups(describe: DescribeCgroups): Kind {
  return { of: 'process', changes: false, read: (process) => describe(process.text('cgroup')) };
}
