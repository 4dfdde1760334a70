import { readdirSync } from 'node:fs';
import path from 'node:path';
import { listCgroupFolders } from '../../../src/backends/oci/cgroups.ts';

/** The cgroups of this program, in any hierarchy. */
export function ownCgroups(): string[] {
  const isOwn = (name: string) => name.startsWith('mktrouble-oci-') && name.includes(`-${process.pid}-`);
  return listCgroupFolders().flatMap((folder) =>
    readdirSync(folder)
      .filter(isOwn)
      .map((name) => path.join(folder, name)),
  );
}
