/** What a fault verb of the user's own gets of a case: the processes that there are at the moment, the folders, and how a command is run. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import { readHostPids } from '../host/host-pids.ts';
import type { CommandEnd, CriuScene, SceneProcess } from '../own-scenes.ts';
import { look, type Seen } from './census.ts';
import { endFrom, quoted, readOutput, startCommand } from './command.ts';
import { computeTimeLimit, IMAGES, WORK } from './command-line.ts';
import { findDescendants, findTree } from './held.ts';
import type { Sandbox } from './sandbox.ts';
import { isNamedCriu } from './surroundings/processes.ts';

/** The agent is CRIU's action script, too. */
const ACTION_SCRIPT = 'criu-agent';

/** The scene of this moment. `version`: of CRIU. */
export async function makeScene(sandbox: Sandbox, c: Case, version: string): Promise<CriuScene> {
  const all = await look(sandbox);
  const here = readHostPids(sandbox.init);
  const criu = all.find(({ role, state }) => role === 'criu' && state !== 'Z');
  const tasks = findTasks(c, all);
  const isTask = new Set(tasks.values());
  const ofCriu = criu ? findDescendants(new Set([criu.id]), all) : new Set<number>();
  const helpers = all.filter(
    ({ id, role, name }) =>
      role !== 'criu' &&
      !isTask.has(id) &&
      !name.startsWith(ACTION_SCRIPT) &&
      (ofCriu.has(id) || (role === 'helper' && isNamedCriu(name))),
  );
  const found = [...tasks].map(([pid, id]) => [pid, here.get(id)] as const);
  return {
    version,
    tasks: new Map(found.filter((one): one is readonly [number, number] => one[1] !== undefined)),
    ...(criu && here.has(criu.id) && { criu: here.get(criu.id)! }),
    helpers: helpers.flatMap(({ id, name }): SceneProcess[] => (here.has(id) ? [{ pid: here.get(id)!, name }] : [])),
    images: sandbox.inside(IMAGES),
    work: sandbox.inside(WORK),
    run: (words) => run(sandbox, words, computeTimeLimit(c)),
  };
}

/** The threads of tasks by their pids in the scenario: what they are called around the tree. */
function findTasks(c: Case, all: readonly Seen[]): Map<number, number> {
  const root = c.tasks[0]!.pid;
  const isOwn = c.criu?.namespace === 'own';
  const named = (pid: number): number => (isOwn && pid === 1 ? root : pid);
  const below = findTree(c, all);
  // What has entered the namespace is not below its root.
  const isInside = (seen: Seen): boolean => below.includes(seen) || seen.id !== seen.pid;
  const tree = c.subject ? below : all.filter((seen) => seen.role === 'tree' && (!isOwn || isInside(seen)));
  const declared = new Set(c.tasks.map(({ pid }) => pid));
  const threads = tree.flatMap((seen) => seen.threads).map(({ id, tid }) => [named(tid), id] as const);
  return new Map(threads.filter(([pid]) => c.subject !== undefined || declared.has(pid)));
}

/** Runs a command beside CRIU. Rejects with BadSurroundings when it cannot be started. `limit`: milliseconds, in which a verb has to end too. */
async function run(sandbox: Sandbox, words: readonly string[], limit: number): Promise<CommandEnd> {
  for (const stream of ['stdout', 'stderr'])
    await rm(sandbox.inside(path.join(WORK, `verb.${stream}`)), { force: true });
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin' } = process.env;
  const command = { name: 'verb', pid: 0, inner: false, folder: WORK, env: { PATH }, words } as const;
  const pid = await startCommand(sandbox, command);
  const status = await sandbox.waitForEnd(pid, limit);
  if (status === undefined) throw new Error(`${quoted(words)} has not ended after ${limit} ms`);
  sandbox.forgetEnd(pid);
  return { ...endFrom(status), ...(await readOutput(sandbox, 'verb')) };
}
