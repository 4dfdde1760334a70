/** Folders that CRIU makes in /tmp to try what the kernel can do: one that is killed meanwhile leaves them, empty. */
import { lstatSync, readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FOLDER = '/tmp';
/** As criu/kerndat.c, criu/mount.c and criu/util.c name them. The warden has the same in agent/leftovers.c. */
const NAME = /^(\.criu\.move_mount_set_group|cr-tmpfs|crtools-proc)\./;
/** Milliseconds. A CRIU that lives removes its own far sooner. */
const SETTLED = 300;
/** Milliseconds that the time of a file may be behind the clock. */
const COARSE = 20;

/** Removes those that were made since a time (milliseconds since the epoch): what a warden does, unless it was killed. */
export async function removeLeftovers(since: number): Promise<void> {
  const before = findLeftovers().filter(({ changed }) => changed >= since - COARSE);
  if (before.length === 0) return;
  await sleep(SETTLED);
  const still = findLeftovers().filter(({ id }) => before.some((one) => one.id === id));
  for (const { folder } of still) removeEmpty(folder);
}

/** Those of this user, each with what distinguishes it from another of the same name. */
function findLeftovers(): { folder: string; id: string; changed: number }[] {
  const names = readdirOrNone().filter((name) => NAME.test(name));
  return names.flatMap((name) => {
    const folder = path.join(FOLDER, name);
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    if (!stats?.isDirectory() || stats.uid !== process.geteuid?.()) return [];
    return [{ folder, id: `${name} ${stats.ino}`, changed: stats.ctimeMs }];
  });
}

function readdirOrNone(): string[] {
  try {
    return readdirSync(FOLDER);
  } catch {
    return [];
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Its CRIU lives after all, or has removed it.
  }
}
