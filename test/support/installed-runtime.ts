/** A container runtime that `mktrouble setup` has unpacked, as on a machine on which it is installed. */
import path from 'node:path';
import { cacheFolder } from '../../src/backends/host/cache.ts';
import { unpackedVersions } from '../../src/backends/host/packages.ts';

/** The newest version that is unpacked, and its folder; undefined where none is. */
export async function findUnpackedRuntime(
  name: string,
): Promise<{ readonly version: string; readonly folder: string } | undefined> {
  const [version] = await unpackedVersions(cacheFolder(), name);
  return version === undefined ? undefined : { version, folder: path.join(cacheFolder(), `${name}-${version}`) };
}

/** The words that start a command where the programs and libraries of a folder are over those of this machine. */
export function asInstalled(folder: string, ...command: readonly string[]): readonly string[] {
  const script =
    'mount -t overlay -o "lowerdir=$1/usr:/usr" overlay /usr && mount -t overlay -o "lowerdir=/etc:$1/etc" overlay /etc || exit 125; shift; exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', folder, ...command];
}
