/** Whether a process is there, and since when, from /proc. A zombie has ended: not every init reaps, in containers above all. */
import { readFileSync } from 'node:fs';

/** The start time of a process in clock ticks since boot; undefined when it has ended, or there is no /proc. */
export function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // proc(5): the name of the program, in parentheses, may hold anything; fields 3 (state) to 22 (start time) follow it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether a process of this pid runs. Where there is no /proc a zombie counts as running. */
export function isRunning(pid: number): boolean {
  if (readStartTime(process.pid) !== undefined) return readStartTime(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
