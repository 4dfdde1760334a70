/** A dump that is asked to leave the tree leaves it as it was, or stopped. */

import { PLAIN_CRIU } from '../../../model/criu.ts';
import { whatDumpLeaves } from '../../../model/criu-options.ts';
import type { CriuCensus, CriuPreDump, CriuRecord } from '../../../record/criu.ts';
import { callText } from '../../../record/program-text.ts';
import type { Violation } from '../../../record/verdict.ts';
import { few } from '../../criu-census.ts';
import { falloutSince, succeeded, wasEnded } from '../../criu-runs.ts';
import { changesOfTree } from '../../criu-unchanged.ts';
import type { Property } from '../../property.ts';

const name = 'kept-tree-is-unchanged';

export const keptTreeIsUnchanged: Property = {
  name,
  title: 'A tree that a dump or a pre-dump leaves is unchanged',
  statement:
    'After a pre-dump, successful or not, the tree is as it was before. After a successful dump with `leave-running` the tree is as it was before; with `leave-stopped` it is too, but for its tasks, which are stopped. Of a program, which keeps running meanwhile, what it changes by what it does is not compared. (Tasks below a task that a fault has hit are not judged, nor is a pre-dump that mktrouble had to kill.)',
  source: 'criu(8), dump: --leave-running and --leave-stopped; pre-dump',
  hint: 'What did CRIU change of the task to dump it, and is that undone where the task is not killed?',
  check(c, { criu }) {
    const left = whatDumpLeaves(c.criu ?? PLAIN_CRIU);
    if (!criu) return [];
    const changed = (criu.preDumps ?? []).flatMap((preDump) => changesByPreDump(criu, preDump));
    if (changed.length > 0 || left === 'nothing' || !succeeded(criu.dump)) return changed;
    const wanted = left === 'stopped' ? stopped(criu.before) : criu.before;
    const found = changesOfTree(criu, wanted, falloutSince(criu, 'pre-dump'));
    return found.length === 0 ? [] : [{ property: name, message: `the dump reported success; ${few(found)}` }];
  },
};

function changesByPreDump(criu: CriuRecord, { before, run, after }: CriuPreDump): Violation[] {
  if (wasEnded(run)) return [];
  const found = changesOfTree({ ...criu, afterDump: after }, before, new Set());
  return found.length === 0 ? [] : [{ property: name, message: `${callText(run)}; ${few(found)}` }];
}

/** The tree with each task that can be stopped stopped. */
function stopped({ tasks, ...rest }: CriuCensus): CriuCensus {
  const stop = (state: string): string => (state === 'Z' ? state : 'T');
  const all = tasks.map((task) => ({
    ...task,
    state: stop(task.state),
    threads: task.threads.map((thread) => ({ ...thread, state: stop(thread.state) })),
  }));
  return { ...rest, tasks: all };
}
