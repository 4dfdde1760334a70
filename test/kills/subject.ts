/** What the runs of the campaign need that is not of mktrouble: CRIU, and container runtimes with an unpacked CRIU. */
import { openBackend, toCreateOptions } from '../../src/injector/backends.ts';
import { RUNTIME_NAMES, type RuntimeName } from '../../src/model/runtime.ts';

export interface Runtimes {
  readonly names: readonly RuntimeName[];
  /** The folders of the cache in which they and their CRIU were unpacked. */
  readonly folders: readonly string[];
}

export interface Subject {
  /** The command of CRIU; empty where there is none. */
  readonly criu: readonly string[];
  readonly oci?: Runtimes | undefined;
}

/** The runtimes that work here; else why there are none. */
export async function findRuntimes(): Promise<Runtimes | string> {
  const backend = await openBackend('oci');
  const [itself, ...runtimes] = await backend.capabilities();
  await backend.dispose();
  if (!itself?.available) return itself?.detail ?? 'it does not work here';
  const names = RUNTIME_NAMES.filter((one) => runtimes.some((found) => found.name === one && found.available));
  if (names.length === 0) return runtimes.map((one) => `${one.name}: ${one.detail}`).join('; ');
  const { findUnpacked } = toCreateOptions({});
  const unpacked = await Promise.all([...names, 'criu'].map((name) => findUnpacked(name)));
  return { names, folders: unpacked.flat().map(({ folder }) => folder) };
}
