/** The environment in which CRIU works here outside of mktrouble. */
import { criu } from '../../src/backends/criu/index.ts';

/** CRIU_FAULT, where hardware breakpoints never fire: CRIU would wait for one indefinitely. */
export async function faultOfMachine(): Promise<Record<string, string>> {
  const backend = criu({});
  try {
    const texts = JSON.stringify(await backend.capabilities());
    const [, number] = /CRIU_FAULT=(\d+)/.exec(texts) ?? [];
    return number === undefined ? {} : { CRIU_FAULT: number };
  } finally {
    await backend.dispose();
  }
}
