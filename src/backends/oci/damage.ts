/** Damage to a file of the images. */
import { readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BadSurroundings } from '../index.ts';

/** Damages the file of this name in the first folder that has it; rejects with BadSurroundings when none has. */
export async function damageFile(folders: readonly string[], name: string, damage: string): Promise<void> {
  const files = folders.map((folder) => path.join(folder, path.basename(name)));
  const sizes = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  const file = files.find((_, i) => sizes[i]?.isFile());
  if (file === undefined) {
    const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
    const all = names.flat().sort().join(', ');
    throw new BadSurroundings(`the images have no file ${name}; they have ${all || 'none'}`);
  }
  if (damage === 'missing') return unlink(file);
  if (damage === 'empty') return truncate(file, 0);
  const bytes = await readFile(file);
  if (damage === 'truncated') return truncate(file, Math.floor(bytes.length / 2));
  // In the middle, where no magic number is.
  bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
  return writeFile(file, bytes);
}
