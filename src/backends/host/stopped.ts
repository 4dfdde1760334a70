/** Notices that a process of an agent was stopped (SIGSTOP): it would be waited for indefinitely. */
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks. */
const PAUSE = 500;

/**
 * Looks at a process and its children until the function that it gives is called. One that is stopped in two looks in a row
 * is reported, once. Does not keep this process alive.
 */
export function watchStopped(
  parent: () => number,
  onStopped: (stopped: number, all: readonly number[]) => void,
): () => void {
  let before: number | undefined;
  const timer = setInterval(() => {
    const all = [parent(), ...listChildren(parent())];
    const stopped = all.find(isStopped);
    if (stopped !== undefined && stopped === before) {
      clearInterval(timer);
      onStopped(stopped, all);
    }
    before = stopped;
  }, PAUSE);
  timer.unref();
  return () => clearInterval(timer);
}

/** Ends processes by SIGKILL, which a stopped process obeys, too. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended since.
    }
  }
}

/** The pids of the children of a process; none where the kernel does not list them. */
export function listChildren(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  } catch {
    return false;
  }
}
