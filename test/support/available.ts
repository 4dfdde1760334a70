/** Tests that need a backend that may not work on this machine. */
import type { Backend } from '../../src/backends/backend.ts';

/** Skips a test or a suite, with the reason, where its backend does not work. */
export async function skipWithout(backend: Backend, context: Mocha.Context): Promise<void> {
  const [itself] = await backend.capabilities();
  if (itself?.available) return;
  console.log(`      skipped: ${itself?.detail}`);
  context.skip();
}

/** The same with a backend that is made to ask it, and ended. */
export async function skipWhereNone(make: () => Backend, context: Mocha.Context): Promise<void> {
  const backend = make();
  try {
    await skipWithout(backend, context);
  } finally {
    await backend.dispose?.();
  }
}
