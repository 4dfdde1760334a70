/** The end of a cgroup that an agent's warden should have removed, and did not when it was killed. */
import { rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often, and after how many milliseconds each, an attempt to remove a cgroup is repeated. */
const ATTEMPTS = 400;
const PAUSE = 5;

/** Removes a cgroup once the kernel has let go of the tasks that died in it. Does nothing when it is removed already. */
export async function removeCgroup(folder: string): Promise<void> {
  for (let i = 0; i < ATTEMPTS; i++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
    }
    await sleep(PAUSE);
  }
}
