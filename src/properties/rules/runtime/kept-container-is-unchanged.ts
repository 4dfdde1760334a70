/** A call that leaves a container leaves its processes as they were. */
import type { RuntimeCall } from '../../../model/runtime.ts';
import { few } from '../../criu-census.ts';
import type { Property } from '../../property.ts';
import { changedProcesses } from '../../runtime-census.ts';
import { runText, succeeded } from '../../runtime-runs.ts';

const name = 'kept-container-is-unchanged';
const LEAVING: ReadonlySet<RuntimeCall> = new Set(['leave-running', 'pre-dump', 'pause', 'resume', 'exec']);

export const keptContainerIsUnchanged: Property = {
  name,
  title: 'A container that a call leaves is unchanged',
  statement:
    'After a checkpoint with leave-running, a pre-dump, a pause, a resume and an exec that returned success each process of the container is as it was before the call, as seen from outside, and none is stopped or traced: the same state is compared as of a tree that CRIU dumps (kept-tree-is-unchanged). (Not judged with runsc, whose processes are in no /proc of the host, and when a fault hit the container itself.)',
  source: 'criu(8), dump: --leave-running; pre-dump; the runtime specification: lifecycle',
  hint: 'What did CRIU or the runtime change of the process, and is that undone where the process is not killed?',
  check(c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs
      .filter((run) => LEAVING.has(run.call) && succeeded(run))
      .flatMap((run) => {
        const found = changedProcesses(c, runtime.runs, run);
        return found.length === 0 ? [] : [{ property: name, message: `${runText(runtime, run)}, but ${few(found)}` }];
      });
  },
};
