/** Container runtimes in words. */
import type { RuntimeEnd } from './runtime.ts';

/** How a call of a runtime ended: `failed with exit code 1`, `was killed by signal 9`. */
export function runtimeEndText({ exit, signal, timedOut }: RuntimeEnd): string {
  if (timedOut !== undefined) return `did not end within ${timedOut} ms`;
  if (signal !== undefined) return `was killed by signal ${signal}`;
  return exit === 0 ? 'returned success' : `failed with exit code ${exit}`;
}
