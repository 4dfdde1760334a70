/** Ctrl-C, and a polite SIGTERM: the first asks for a clean end, the second does not wait for it. */
import { EXIT } from '../exit.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

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
