/** Tests that need a backend that may not work on this machine. */
import type { Backend } from '../../src/backends/backend.ts';

/** Skips a test or a suite, with the reason, where its backend, or a capability of it, does not work. */
export async function skipWithout(backend: Backend, context: Mocha.Context, capability?: string): Promise<void> {
  const [itself, ...others] = await backend.capabilities();
  const needed = [itself, ...others.filter(({ name }) => name === capability)];
  const missing = needed.findIndex((one) => !one?.available);
  if (missing === -1) return;
  console.log(`      skipped: ${needed[missing]?.detail}`);
  context.skip();
}

/** The same with a backend that is made to ask it, and ended. */
export async function skipWhereNone(make: () => Backend, context: Mocha.Context, capability?: string): Promise<void> {
  const backend = make();
  try {
    await skipWithout(backend, context, capability);
  } finally {
    await backend.dispose?.();
  }
}
