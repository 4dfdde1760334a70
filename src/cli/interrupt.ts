/**
 * The signals that end a command: SIGINT, SIGTERM, SIGHUP, SIGQUIT. By default the kernel ends the program, at any moment and
 * at once: right for a command that holds nothing. A command that has something to complete or to release (reports,
 * processes, the terminal) runs that part in `interruptible`. Code in there must never block: a signal is handled when
 * the event loop has its turn.
 */
import { EXIT, type ExitCode } from './exit.ts';

export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Milliseconds that a clean end may take. */
const PATIENCE = 800;

/**
 * Runs the part of a command that needs a clean end. The first signal aborts `signal`: the body then releases what it holds
 * and resolves; the exit code is 130, whatever it resolves to. A second signal, or the end of the patience, ends the program
 * with 130 where it stands: what listens for the `exit` of the process completes reports and restores the terminal.
 */
export async function interruptible(body: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const controller = new AbortController();
  const { signal } = controller;
  const handle = () => {
    if (signal.aborted) process.exit(EXIT.interrupted);
    setTimeout(() => process.exit(EXIT.interrupted), PATIENCE).unref();
    controller.abort();
  };
  for (const name of ENDING_SIGNALS) process.on(name, handle);
  try {
    const exit = await body(signal);
    return signal.aborted ? EXIT.interrupted : exit;
  } catch (error) {
    if (signal.aborted && (error as Error).name === 'AbortError') return EXIT.interrupted;
    throw error;
  } finally {
    for (const name of ENDING_SIGNALS) process.off(name, handle);
  }
}
