/** What the runs of the campaign need that is not of mktrouble: CRIU, and a container runtime with an unpacked CRIU. */
import { openBackend, toCreateOptions } from '../../src/injector/backends.ts';
import { RUNTIME_NAMES, type RuntimeName } from '../../src/model/runtime.ts';

export interface Runtime {
  readonly name: RuntimeName;
  /** The folders of the cache in which it and its CRIU were unpacked. */
  readonly folders: readonly string[];
}

export interface Subject {
  /** The command of CRIU; empty where there is none. */
  readonly criu: readonly string[];
  readonly oci?: Runtime | undefined;
}

/** The first runtime that works here; else why there is none. */
export async function findRuntime(): Promise<Runtime | string> {
  const backend = await openBackend('oci');
  const [itself, ...runtimes] = await backend.capabilities();
  await backend.dispose();
  if (!itself?.available) return itself?.detail ?? 'it does not work here';
  const name = RUNTIME_NAMES.find((one) => runtimes.some((found) => found.name === one && found.available));
  if (name === undefined) return runtimes.map((one) => `${one.name}: ${one.detail}`).join('; ');
  const { findUnpacked } = toCreateOptions(false, undefined);
  const unpacked = await Promise.all([findUnpacked(name), findUnpacked('criu')]);
  return { name, folders: unpacked.flat().map(({ folder }) => folder) };
}
