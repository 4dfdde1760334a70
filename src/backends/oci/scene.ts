/** What a fault verb of the user's own gets of a call of the runtime: the container, its processes and cgroups, and how a command is run. */
import {
  type CommandEnd,
  type OciScene,
  RESTORING_CALLS,
  type RuntimeCall,
  readHostPids,
  SAVING_CALLS,
} from '../index.ts';
import { cgroupText, findContainer, findMonitor } from './census.ts';
import { findCgroups } from './cgroups.ts';
import type { Scene } from './faults.ts';
import type { Ended } from './sandbox.ts';

/** The processes of a call that is under way, as the sandbox has them. */
export interface UnderWay {
  readonly runtime: number;
  readonly criu: number;
}

/** The scene of this moment. */
export async function makeOciScene(scene: Scene, of: RuntimeCall, at?: UnderWay): Promise<OciScene> {
  const { sandbox, driver, container, context, versions, limit } = scene;
  const { all, init } = await findContainer(sandbox, driver, container);
  const monitor = await findMonitor(sandbox, driver, container);
  const here = readHostPids(sandbox.init);
  const pidOf = (inner: number | undefined): number | undefined => (inner === undefined ? undefined : here.get(inner));
  const pids = { init: pidOf(init?.pid), monitor: pidOf(monitor), call: pidOf(at?.runtime), criu: pidOf(at?.criu) };
  const hasImages = SAVING_CALLS.has(of) || RESTORING_CALLS.has(of);
  return {
    runtime: driver.name,
    version: versions.runtime,
    ...(versions.criu !== undefined && { criuVersion: versions.criu }),
    container: container.name,
    state: driver.stateFolders.map((folder) => sandbox.inside(folder)),
    bundle: sandbox.inside(context.bundle),
    ...(hasImages && { images: sandbox.inside(context.images) }),
    command: driver.command(of, context),
    processes: all.map(({ pid }) => pidOf(pid)).filter((pid) => pid !== undefined),
    ...Object.fromEntries(Object.entries(pids).filter(([, pid]) => pid !== undefined)),
    cgroups: findCgroups(await cgroupText(sandbox, init?.pid)),
    run: async (words) => toEnd(await sandbox.run(words, limit)),
    // In place of `true`.
    exec: async (words) => toEnd(await sandbox.run([...driver.command('exec', context).slice(0, -1), ...words], limit)),
  };
}

function toEnd({ exit, signal, stdout, stderr, timedOut }: Ended): CommandEnd {
  if (timedOut !== undefined) throw new Error(`the command has not ended after ${timedOut} ms`);
  return { ...(exit !== undefined && { exit }), ...(signal !== undefined && { signal }), stdout, stderr };
}
