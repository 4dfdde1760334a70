/** When the program's own sources are saved, what is loaded is yesterday's code: a new process goes on in its place. */
import { spawn } from 'node:child_process';
import type { ExitCode } from '../exit.ts';

/** The scenario files that a new process runs first, as JSON; it is then the one that watches. */
const FIRST = 'MKTROUBLE_WATCH_FIRST';

/** The exit code by which it says that the sources were saved again; then its last line to its parent says what to run. */
const AGAIN = 75;

/** What this process is to run before it watches; undefined: everything. */
export function firstFiles(): readonly string[] | undefined {
  const text = process.env[FIRST];
  return text === undefined ? undefined : (JSON.parse(text) as readonly string[]);
}

/** Goes on with new code: in a process of its own, or, when this is one already, by asking its parent for another. */
export async function startAfresh(files: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  if (process.send && firstFiles() !== undefined) {
    await new Promise<void>((resolve) => process.send!(files, () => resolve()));
    return AGAIN as number as ExitCode;
  }
  let next: readonly string[] | undefined = files;
  let exit: ExitCode = 0;
  while (next) ({ next, exit } = await runChild(next, signal));
  return exit;
}

function runChild(
  files: readonly string[],
  signal: AbortSignal,
): Promise<{ next: readonly string[] | undefined; exit: ExitCode }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [FIRST]: JSON.stringify(files) },
    });
    let next: readonly string[] | undefined;
    child.on('message', (message) => {
      next = message as readonly string[];
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve(code === AGAIN ? { next, exit: 0 } : { next: undefined, exit: (code ?? 130) as ExitCode }),
    );
    // The child ends by itself, and this process ends as it does. A terminal has signalled it already.
    signal.addEventListener('abort', () => void child.kill('SIGTERM'));
  });
}
