/** Reads a group of processes from outside, in /proc, as a record has them. */
import type { CriuCensus, CriuTask, CriuThread } from '../../record/criu.ts';
import { FactReader, type Reading } from './index.ts';
import { ProcFolder } from './kind.ts';

/** Processes, and how they are called. */
export interface Group extends Pick<Reading, 'proc' | 'cgroup' | 'managesCgroups' | 'holes'> {
  /** In the numbers of that /proc. */
  readonly pids: readonly number[];
  /** The pids that processes have in the scenario, by those of their own pid namespace. Others are called as they are there. */
  readonly names: ReadonlyMap<number, number>;
}

/** A census of processes that do nothing meanwhile: also what a running program changes by what it does is read. */
export function readCensus(group: Group): CriuCensus {
  const { proc, pids, names } = group;
  const folders = new Map(pids.map((pid) => [pid, new ProcFolder(`${proc}/${pid}`)]));
  const name = (folder: ProcFolder, field: string): number => {
    const inner = Number(folder.status(field).split(/\s+/).at(-1));
    return names.get(inner) ?? inner;
  };
  const reader = new FactReader({ ...group, isHeld: true });
  const tasks = [...folders].flatMap(([pid, process]): CriuTask[] => {
    const state = process.stat(3);
    if (state === '') return [];
    const tids = process.list('task').map(Number);
    const facts = state === 'Z' ? undefined : reader.read(pid, tids);
    const threads = tids.map((tid): CriuThread => {
      const thread = new ProcFolder(`${process.path}/task/${tid}`);
      return {
        tid: name(thread, 'NSpid'),
        state: thread.stat(3),
        blocked: thread.status('SigBlk'),
        pending: thread.status('SigPnd'),
        tracer: Number(thread.status('TracerPid')),
        wchan: thread.text('wchan'),
        ...(facts && { facts: facts.threads.get(tid)! }),
      };
    });
    const parent = folders.get(Number(process.status('PPid')));
    return [
      {
        pid: name(process, 'NSpid'),
        name: process.text('comm').trim(),
        state,
        parent: parent ? name(parent, 'NSpid') : 0,
        pgid: name(process, 'NSpgid'),
        session: name(process, 'NSsid'),
        pending: process.status('ShdPnd'),
        ...(state === 'Z' && { status: Number(process.stat(52)) }),
        ...(facts && { facts: facts.steady, heldFacts: facts.held! }),
        threads: threads.sort((a, b) => a.tid - b.tid),
      },
    ];
  });
  return { tasks: tasks.sort((a, b) => a.pid - b.pid), silent: [] };
}
