/** What differs of the processes of a container, as they were read from outside. */
import type { Case } from '../model/case.ts';
import type { CriuCensus } from '../record/criu.ts';
import type { RuntimeContainer, RuntimeRun } from '../record/runtime.ts';
import { added, differences, missing } from './criu-census.ts';
import { heldTasks } from './rules/criu/restored-program-runs.ts';

/** What differs of a container that is to be as before; `since`: the calls in which faults may have hit its processes. */
export function changedProcesses(
  c: Case,
  before: RuntimeContainer,
  after: RuntimeContainer,
  since: readonly RuntimeRun[],
): string[] {
  const hits = new Set(since.flatMap((run) => run.hits));
  if (!before.census || !after.census || hits.has('init')) return [];
  const [then, now] = hits.has('guest')
    ? [ofTree(c, before.census), ofTree(c, after.census)]
    : [before.census, after.census];
  return [
    ...missing(then, now).map((pid) => `task ${pid} is missing`),
    ...heldTasks(then, now),
    ...differences(then, now),
    ...added(then, now),
  ];
}

/** Without the processes that entered the container. */
function ofTree({ tasks }: Case, census: CriuCensus): CriuCensus {
  const own = new Set(tasks.map(({ pid }) => pid));
  return { ...census, tasks: census.tasks.filter(({ pid }) => own.has(pid)) };
}
