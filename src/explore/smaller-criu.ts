/** Cases with fewer words for CRIU: a plainer task, a shorter list of calls, a call without one of its options. */
import { type Case, type Task, type TaskForCriu, USUAL_MEMORY } from '../model/case.ts';
import { type CriuSetup, PLAIN_CRIU } from '../model/criu.ts';
import { withoutKey, withoutOne } from './without.ts';

/** All cases with one word less, those of the call before those of the tasks; made lazily. Not each is a valid scenario. */
export function* smallerCriuCases(c: Case): Generator<Case> {
  if (!c.criu) return;
  for (const criu of plainerSetups(c.criu)) yield { ...c, criu };
  for (const [i, task] of c.tasks.entries()) {
    if (!task.criu) continue;
    for (const criu of plainerTasks(task.criu)) {
      const tasks: Task[] = [...c.tasks];
      tasks[i] = { ...task, criu };
      yield { ...c, tasks };
    }
  }
}

function* plainerSetups(setup: CriuSetup): Generator<CriuSetup> {
  // Words that a case need not have; the limit of a call is no part of what happens.
  for (const word of [
    'interface',
    'faultPoint',
    'parallel',
    'rival',
    'namespaces',
    'freezer',
    'cgroup',
    'peer',
  ] as const) {
    if (setup[word] === undefined) continue;
    const { [word]: _, ...rest } = setup;
    yield rest;
  }
  if (setup.namespace !== PLAIN_CRIU.namespace) yield { ...setup, namespace: PLAIN_CRIU.namespace };
  if (setup.rounds.length > PLAIN_CRIU.rounds.length) yield { ...setup, rounds: PLAIN_CRIU.rounds };
  for (const list of ['scriptFails', 'taken', 'syscalls', 'images'] as const)
    for (const shorter of withoutOne<unknown>(setup[list])) yield { ...setup, [list]: shorter };
  for (const namespaces of withoutOne(setup.namespaces ?? []))
    if (namespaces.length > 0) yield { ...setup, namespaces };
  for (const group of ['limits', 'servers'] as const)
    for (const smaller of withoutKey(setup[group] ?? {})) yield { ...setup, [group]: smaller };
  for (const [call, words] of Object.entries(setup.options))
    for (const smaller of withoutKey(words)) yield { ...setup, options: { ...setup.options, [call]: smaller } };
}

function* plainerTasks(task: TaskForCriu): Generator<TaskForCriu> {
  if (task.stopped) yield { ...task, stopped: false };
  if (task.memory !== USUAL_MEMORY) yield { ...task, memory: USUAL_MEMORY };
  // A signal that is pending is blocked too.
  if (task.pending.length > 0) yield { ...task, pending: [], blocked: [] };
  for (const pending of withoutOne(task.pending)) yield { ...task, pending };
  for (const blocked of withoutOne(task.blocked)) yield { ...task, blocked };
  for (const resources of withoutOne(task.resources ?? [])) yield { ...task, resources };
}
