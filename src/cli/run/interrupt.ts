/** Signals that end a command: the first asks for a clean end, which has less than a second; a second one does not wait for it. */
import { EXIT } from '../exit.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Milliseconds that a clean end may take. */
const PATIENCE = 800;

export interface Interrupt {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Signals do again what they did before. */
  release(): void;
}

/** Listens for signals until released. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const handle = () => {
    // Reporters that are still open complete their documents when the process exits.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    setTimeout(() => process.exit(EXIT.interrupted), PATIENCE).unref();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, handle);
  return {
    signal: controller.signal,
    release() {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
