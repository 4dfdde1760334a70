/** The worker processes of a parallel run, from this side. */
import { killAll, listChildren } from '../backends/host/stopped.ts';

/**
 * Ends what this process has started and is still there when it ends. A worker in the middle of a long search does not
 * notice that it is alone; Mocha keeps its pool to itself, so we ask the kernel for our children.
 */
export function endWorkersOnExit(): void {
  process.once('exit', () => killAll(listChildren(process.pid)));
}
