/**
 * Programs made of C sources: compiled at first use into a cache folder, under a name made of all that went into them.
 * Of two that compile at once the first one's file stays: the other may already have been started from it, and a program whose file
 * is replaced is, for CRIU, one that runs from a deleted file.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openCache } from '../host/cache.ts';
import { uniqueName } from '../host/names.ts';
import { isSound, seal } from '../host/seal.ts';

const run = promisify(execFile);

/** Something that keeps this machine from having a program: no compiler, sources that do not compile. */
export class CannotCompile extends Error {}

/** A program made of C sources. */
export interface CProgram {
  readonly name: string;
  readonly flags: readonly string[];
  /** Units and headers. */
  readonly sources: readonly string[];
  /** Text of a unit that is no file. */
  readonly generated?: string;
  /** Files that the units include, or are linked with, from elsewhere: they go into the name, too. */
  readonly includes?: readonly string[];
  readonly libraries?: readonly string[];
}

/** The path of the program; compiles it when the cache does not have it whole. Rejects with CannotCompile and BadCache. */
export async function buildProgram(
  { name, flags, sources, generated = '', includes = [], libraries = [] }: CProgram,
  cache: string,
): Promise<string> {
  const target = path.join(cache, `${name}-${await computeDigest([...flags, generated], [...sources, ...includes])}`);
  openCache(cache);
  if (await isSound(target)) return target;
  const temporary = path.join(cache, uniqueName('build'));
  const unit = `${temporary}.c`;
  try {
    const units = sources.filter((source) => source.endsWith('.c'));
    if (generated !== '') {
      await writeFile(unit, generated, { mode: 0o600, flag: 'wx' });
      units.push(unit);
    }
    await run('cc', [...flags, '-o', temporary, ...units, ...libraries], { maxBuffer: 1 << 24 });
    await seal(temporary);
    await chmod(temporary, 0o700);
    await place(temporary, target);
  } catch (error) {
    throw new CannotCompile(explainError(error));
  } finally {
    await rm(temporary, { force: true });
    await rm(unit, { force: true });
  }
  return target;
}

/** Gives a finished file its name, unless a sound one has it by now. */
async function place(file: string, target: string): Promise<void> {
  try {
    await link(file, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await isSound(target))) return;
    await rename(file, target);
  }
}

/** What a unit includes of its own, however deep, as the compiler says; system headers are left out. Rejects with CannotCompile. */
export async function findIncludes(unit: string, flags: readonly string[]): Promise<string[]> {
  try {
    const { stdout } = await run('cc', [...flags, '-MM', '-MT', 'unit', unit]);
    // A rule of make: the unit itself, then its includes, with lines continued by a backslash.
    const [, , ...files] = stdout
      .replaceAll('\\\n', ' ')
      .trim()
      .split(/(?<!\\)\s+/);
    return files.map((file) => file.replaceAll('\\ ', ' '));
  } catch (error) {
    throw new CannotCompile(explainError(error));
  }
}

/** The first of these folders that has this file; undefined when none has. */
export async function folderWith(file: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await exists(path.join(folder, file))) return folder;
  return undefined;
}

async function computeDigest(flags: readonly string[], sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${flags.join(' ')}\n${process.arch}`);
  for (const source of sources) hash.update(`\n${path.basename(source)}\n`).update(await readFile(source));
  return hash.digest('hex').slice(0, 16);
}

function explainError(error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT')
    return 'there is no C compiler: the agent is compiled at first use by cc (Debian: apt install gcc libc6-dev)';
  const first = stderr?.split('\n').find((line) => /error|cannot find|undefined/.test(line));
  return `cc cannot compile it: ${first ?? String(error)}`;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
