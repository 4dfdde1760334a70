/** The worker processes of a parallel run, from this side. */
import { readFileSync } from 'node:fs';

/**
 * Ends what this process has started and is still there when it ends. A worker in the middle of a long search does not
 * notice that it is alone; Mocha keeps its pool to itself, so we ask the kernel who our children are.
 */
export function endWorkersOnExit(): void {
  process.once('exit', () => {
    for (const pid of children()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended since.
      }
    }
  });
}

/** The pids of this process's children; none where the kernel does not tell. */
function children(): number[] {
  try {
    return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
