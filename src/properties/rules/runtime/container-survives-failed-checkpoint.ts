/** A container that could not be saved keeps running. */
import { few } from '../../criu-census.ts';
import type { Property } from '../../property.ts';
import { changedProcesses } from '../../runtime-census.ts';
import { differences, isSaving, runText, statusText, succeeded } from '../../runtime-runs.ts';

const name = 'container-survives-failed-checkpoint';

export const containerSurvivesFailedCheckpoint: Property = {
  name,
  title: 'A container survives a failed checkpoint',
  statement:
    'After a failed checkpoint or pre-dump the container runs as before, and the runtime reports the same state: every task exists and answers with its memory, none is stopped or traced, the cgroup is not left frozen, and each process is as it was, as seen from outside (with runsc, whose processes are in no /proc of the host, the last is not compared). (Not judged when a fault hit the container itself, when mktrouble had to end a runtime that the scenario had stopped, and when CRIU has completed the checkpoint of a runtime that was killed.)',
  source: 'runc-checkpoint(8), criu(8): a failed dump leaves the tasks running',
  hint: 'Which step had been taken when the error occurred (freezing, the parasite, the state file), and does the error path undo it?',
  check(c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs
      .filter((run) => isSaving(run) && !succeeded(run) && run.before.isThere && !run.hits.includes('init'))
      .filter(({ timedOut, hits, after }) => !hits.includes('runtime') || (timedOut === undefined && after.isThere))
      .flatMap((run) => {
        const found = differences(run.before, run.after);
        if (run.after.isThere && statusText(run.after) !== statusText(run.before))
          found.push(`its state was ${statusText(run.before)}, and is ${statusText(run.after)}`);
        if (found.length === 0) found.push(...changedProcesses(c, runtime.runs, run));
        return found.length === 0
          ? []
          : [{ property: name, message: `${runText(runtime, run)}; of the container ${few(found)}` }];
      });
  },
};
