/** The worker processes of a parallel run, from this side. */
import { killAll, listChildren } from '../backends/host/stopped.ts';
import { isRunning } from '../boundary/processes.ts';

/** Milliseconds in which the kernel ends a process that was killed, and between two looks. */
const PATIENCE = 250;
const PAUSE = 2;

/**
 * Ends what this process has started and is still there when it ends. A worker in the middle of a long search does not
 * notice that it is alone; Mocha keeps its pool to itself, so we ask the kernel for our children.
 */
export function endWorkersOnExit(): void {
  process.once('exit', () => {
    const workers = listChildren(process.pid);
    killAll(workers);
    // What is removed next must not be written to any more.
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; workers.some(isRunning) && waited < PATIENCE; waited += PAUSE)
      Atomics.wait(sleeper, 0, 0, PAUSE);
  });
}
