/** A CRIU of our own, unpacked beside the system: see host/packages.ts. */
import { installProgram, type Program, unpackedFolder, unpackedVersions } from '../host/packages.ts';

const CRIU: Program = {
  name: 'criu',
  title: 'CRIU',
  companions: [],
  // The last has a CRIU that does not know the vdso of today's kernels.
  suites: ['trixie', 'forky', 'sid', 'bookworm'],
};

/** The folder, in the cache, of an unpacked CRIU of this version. */
export function installFolder(cache: string, version: string): string {
  return unpackedFolder(cache, CRIU.name, version);
}

/** The versions that are unpacked in the cache, the newest first. */
export function installedVersions(cache: string): Promise<string[]> {
  return unpackedVersions(cache, CRIU.name);
}

/** Fetches and unpacks CRIU into the cache folder, as installProgram does. Gives the version. */
export function installCriu(
  cache: string,
  version: string | undefined,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  return installProgram(cache, CRIU, version, say, signal);
}
