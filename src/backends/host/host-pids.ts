/** What processes of a pid namespace are called here. */
import { readdirSync, readFileSync } from 'node:fs';

interface Ids {
  readonly parent: number;
  /** From that of this namespace on inwards. */
  readonly pids: readonly number[];
}

/**
 * The pids and tids here of all processes and threads below an init, itself included, by those that they have in its namespace. `init`: its pid
 * here. Empty when it has ended.
 */
export function readHostPids(init: number): Map<number, number> {
  const level = (readIds(`/proc/${init}`)?.pids.length ?? 0) - 1;
  const found = new Map<number, number>();
  if (level < 0) return found;
  const all = new Map(listNumbers('/proc').map((pid) => [pid, readIds(`/proc/${pid}`)]));
  const isBelow = (pid: number): boolean => pid === init || (pid > 1 && isBelow(all.get(pid)?.parent ?? 0));
  for (const pid of all.keys()) {
    if (!isBelow(pid)) continue;
    for (const tid of listNumbers(`/proc/${pid}/task`)) {
      const inner = readIds(`/proc/${pid}/task/${tid}`)?.pids[level];
      if (inner !== undefined) found.set(inner, tid);
    }
  }
  return found;
}

function listNumbers(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

function readIds(folder: string): Ids | undefined {
  try {
    const status = readFileSync(`${folder}/status`, 'utf8');
    const line = (name: string): number[] =>
      (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '').split(/\s+/).map(Number);
    return { parent: line('PPid')[0]!, pids: line('NSpid') };
  } catch {
    return undefined;
  }
}
