/** Whether an agent can start here. */
import { BadCache } from '../host/cache.ts';
import { AgentError } from './agent.ts';
import { CannotCompile } from './c-program.ts';

/** A backend that cannot be used here, with the reason. */
interface Unavailable {
  readonly name: string;
  readonly available: false;
  readonly detail: string;
}

/**
 * The capabilities that `start` finds once an agent has started; where none can start here, or where `start` returns a
 * reason, the backend of this name is unavailable.
 */
export async function probeAgent<Capability>(
  name: string,
  start: () => Promise<readonly Capability[] | string>,
): Promise<readonly (Capability | Unavailable)[]> {
  const unavailable = (detail: string): Unavailable[] => [{ name, available: false, detail }];
  if (process.platform !== 'linux') return unavailable('needs Linux');
  try {
    const found = await start();
    return typeof found === 'string' ? unavailable(found) : found;
  } catch (error) {
    if (!(error instanceof CannotCompile || error instanceof BadCache || error instanceof AgentError)) throw error;
    return unavailable(error.message);
  }
}
