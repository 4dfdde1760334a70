/** The backends that this build has, by name; each is loaded only when it is asked for. */
import type { Backend } from '../backends/backend.ts';
import type { EngineOptions } from '../config/index.ts';
import { BACKENDS, type BackendName } from '../model/case.ts';

/** What a user decides about a backend. */
export interface BackendOptions extends EngineOptions {
  /** Whether the commands of scenarios (`subject`) may be run; default: no. */
  readonly allowCommands?: boolean;
}

const OPEN: Partial<Record<BackendName, (options: BackendOptions) => Promise<Backend>>> = {
  simulated: async () => (await import('../backends/simulated/index.ts')).simulated(),
  native: async ({ plugin }) =>
    (await import('../backends/native/index.ts')).native(plugin === undefined ? {} : { plugin }),
  criu: async ({ criu, allowCommands = false }) =>
    (await import('../backends/criu/index.ts')).criu({ allowCommands, ...(criu !== undefined && { criu }) }),
};

/** The backends that can be opened, in the order of the format's list. */
export const KNOWN_BACKENDS: readonly BackendName[] = BACKENDS.filter((name) => OPEN[name] !== undefined);

/** A new backend; its opener disposes of it. Rejects for a name that is not in KNOWN_BACKENDS. */
export async function openBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  const open = OPEN[name];
  if (!open) throw new Error(`this build has no backend ${name}`);
  return open(options);
}
