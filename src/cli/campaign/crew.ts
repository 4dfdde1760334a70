/** The workers of `mktrouble campaign run`: processes of this program. One that ends too early is replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT } from '../exit.ts';

/** Workers that may end by a signal or a defect, for each one that there is: a unit that ends its worker is given up after a few attempts. */
const MAX_REPLACED = 50;
/** Characters of a worker's last words. */
const MAX_TEXT = 4_000;

/** Milliseconds between two signs of life of a worker, and without one after which it is ended: a run of it does not end by itself. */
const SIGN = 5_000;
const PATIENCE = 60_000;

export interface CrewEnd {
  /** Why a worker could not work; undefined: all ended as they should. */
  readonly broken?: string;
}

/** Runs so many workers on a campaign to their end. `flags`: further ones of `mktrouble worker`. */
export async function runCrew(
  at: string,
  workers: number,
  flags: readonly string[],
  signal: AbortSignal,
  /** Milliseconds that one run may take, where that is more than usual. */
  limit = 0,
): Promise<CrewEnd> {
  let replaced = 0;
  const children = new Set<ChildProcess>();
  const killAll = (by: NodeJS.Signals): void => {
    for (const child of children) child.kill(by);
  };
  const cut = (): void => killAll('SIGKILL');
  const ask = (): void => killAll('SIGTERM');
  process.once('exit', cut);
  signal.addEventListener('abort', ask);
  const one = async (): Promise<string | undefined> => {
    for (;;) {
      if (signal.aborted) return undefined;
      const { code, by, text } = await runWorker([`--at=${at}`, ...flags], children, Math.max(limit, PATIENCE));
      if (code === EXIT.ok || signal.aborted) return undefined;
      if (code !== null && code !== EXIT.defect) return text;
      if (++replaced > MAX_REPLACED * workers)
        return `workers end again and again, the last by ${by ?? `exit code ${code}`}\n${text}`;
      process.stderr.write(`mktrouble: a worker ended (${by ?? `exit code ${code}`}) and is replaced\n`);
    }
  };
  try {
    const ends = await Promise.all(Array.from({ length: workers }, one));
    const broken = ends.find((end) => end !== undefined);
    return broken === undefined ? {} : { broken };
  } finally {
    process.off('exit', cut);
    signal.removeEventListener('abort', ask);
  }
}

/** Sends signs of life to the process that has started this worker, if there is one. */
export function giveSigns(): NodeJS.Timeout {
  process.channel?.unref();
  return setInterval(() => {
    if (process.connected) process.send?.('alive');
  }, SIGN).unref();
}

function runWorker(
  flags: readonly string[],
  children: Set<ChildProcess>,
  patience: number,
): Promise<{ code: number | null; by: NodeJS.Signals | null; text: string }> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, 'worker', '--quiet', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // In turns of this process: while the machine sleeps, nothing is late.
  let missed = 0;
  child.on('message', () => {
    missed = 0;
  });
  const watch = setInterval(() => {
    if (++missed * SIGN > patience) child.kill('SIGKILL');
  }, SIGN).unref();
  children.add(child);
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-MAX_TEXT);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) => {
      clearInterval(watch);
      children.delete(child);
      resolve({ code, by, text });
    });
  });
}
