/** A restored container continues where it was saved. */
import type { Property } from '../../property.ts';
import { findReference } from '../../runtime-census.ts';
import { changedAnswers, isRestoring, runText, succeeded } from '../../runtime-runs.ts';

const name = 'container-continues-after-restore';

export const containerContinuesAfterRestore: Property = {
  name,
  title: 'A restored container continues where it was saved',
  statement:
    'After a restore that returned success every task that answered before the checkpoint answers, with what it had in its memory.',
  source: 'criu(8), runc-restore(8)',
  hint: 'Which of its tasks was not restored, or not resumed?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs.flatMap((run) => {
      const saved = findReference(runtime.runs, run);
      if (!saved || !isRestoring(run) || !succeeded(run) || !run.after.isAsked) return [];
      const found = changedAnswers(saved.before, run.after);
      return found.length === 0
        ? []
        : [{ property: name, message: `${runText(runtime, run)}, but ${found.join(', ')}` }];
    });
  },
};
