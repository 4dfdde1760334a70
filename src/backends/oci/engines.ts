/** The runtimes of a run: all that `mktrouble setup` has unpacked, or the one that the run is of. */
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type CreateOptions, isInRange, patiently, type RuntimeSetup, type Tool, type Unpacked } from '../index.ts';
import type { Driver } from './drivers/driver.ts';
import { DRIVERS } from './drivers/index.ts';
import { Sandbox } from './sandbox.ts';

/** Milliseconds in which a runtime says what it is. */
const VERSION_LIMIT = 10_000;
const VARIABLE = 'MKTROUBLE_RUNTIME';

/** A runtime that was found here. */
export interface Engine {
  readonly driver: Driver;
  /** Its versions, or the one that the run is of; with what is around it in a sandbox. */
  readonly unpacked: readonly Unpacked[];
  /** A program of the user's own in the place of that which was unpacked. */
  readonly program?: string;
  /** Of the one that the run is of. */
  readonly tool?: Tool;
}

/** By the name of the runtime: a text says why one that is here cannot be used. */
export type Engines = ReadonlyMap<string, Engine | string>;

/** A text says why the one that the run is of is not here. Rejects when there can be no sandbox. */
export async function findEngines({ runtime, findUnpacked }: CreateOptions): Promise<Engines | string> {
  if (runtime !== undefined) {
    const named = await findNamed(runtime, findUnpacked);
    return typeof named === 'string' ? named : new Map([[named.driver.name, await keepUsable(named)]]);
  }
  const engines = new Map<string, Engine | string>();
  for (const driver of Object.values(DRIVERS)) {
    const unpacked = await findUnpacked(driver.name);
    if (unpacked.length > 0) engines.set(driver.name, await keepUsable({ driver, unpacked }));
  }
  return engines;
}

/** `runc`, `runc@1.1.15`, or the path of a program. */
async function findNamed(given: string, findUnpacked: CreateOptions['findUnpacked']): Promise<Engine | string> {
  const isProgram = given.includes('/');
  const named = isProgram ? await askVersion(given) : splitName(given);
  if (typeof named === 'string') return named;
  const { name, version } = named;
  const driver = (DRIVERS as Readonly<Record<string, Driver | undefined>>)[name];
  if (!driver) return `${given} is none of the runtimes ${Object.keys(DRIVERS).join(', ')}`;
  const all = await findUnpacked(name);
  const [around] = isProgram ? all : all.filter((one) => version === undefined || isInRange(one.version, version));
  // What a program needs in a sandbox beside itself is that of the unpacked one.
  if (!around)
    return isProgram
      ? `${given} needs the libraries of ${name} in a sandbox: \`npx mktrouble setup ${name}\` fetches them`
      : `${given} is not here: \`npx mktrouble setup ${given}\` fetches it`;
  const { folder } = around;
  const own = isProgram ? { version: version!, folder } : around;
  const tool = { name, version: own.version, path: isProgram ? given : folder, setting: [VARIABLE, given] as const };
  return { driver, unpacked: [own], ...(isProgram && { program: given }), tool };
}

function splitName(given: string): { name: string; version?: string } {
  const [name = '', version] = given.split('@');
  return { name, ...(version !== undefined && { version }) };
}

/** What a program says it is: all of them answer `runc version 1.1.15` and the like first. */
async function askVersion(program: string): Promise<{ name: string; version?: string } | string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: patiently(VERSION_LIMIT) });
    const [, name, version] = /^(\w+) version (?:release-)?v?(\S+)/.exec(stdout) ?? [];
    return name === undefined
      ? `${program} does not say what it is: ${stdout.slice(0, 200).trim()}`
      : { name, version: version! };
  } catch (error) {
    return `${program} does not start: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** The version of it that a case is for; undefined where there is none. */
export function chooseVersion({ unpacked }: Engine, { version: range }: RuntimeSetup): Unpacked | undefined {
  // Without a range the version that `setup` unpacks by itself, where it is there.
  return unpacked.find(({ version }) => range === undefined || isInRange(version, range));
}

/** Puts a program of the user's own before that of the sandbox. */
export async function installProgram(sandbox: Sandbox, { driver, program }: Engine): Promise<void> {
  if (program !== undefined) await copyFile(program, sandbox.inside(`/work/bin/${driver.name}`));
}

/**
 * Of one that can be built without CRIU only the versions that have it; a program of the user's own has to start in a sandbox. A text says
 * why none is left. Rejects when there can be no sandbox.
 */
async function keepUsable(engine: Engine): Promise<Engine | string> {
  const { driver, unpacked, program } = engine;
  if (!driver.isBuiltWithCriu && program === undefined) return engine;
  const printed = await Promise.all(unpacked.map(({ folder }) => printVersion(folder, engine)));
  if (program !== undefined && printed[0] === '')
    return `${program} does not start in a sandbox, which has the libraries of ${unpacked[0]!.folder}`;
  const usable = unpacked.filter((_, i) => driver.isBuiltWithCriu?.(printed[i]!) ?? true);
  if (usable.length > 0) return { ...engine, unpacked: usable };
  return `${driver.name} ${unpacked.map(({ version }) => version).join(' and ')} was built without CRIU`;
}

/** What its `--version` prints in a sandbox of this tree. */
async function printVersion(tree: string, engine: Engine): Promise<string> {
  const sandbox = await Sandbox.start({ tree });
  try {
    await installProgram(sandbox, engine);
    return (await sandbox.run([engine.driver.name, '--version'], VERSION_LIMIT)).stdout;
  } finally {
    await sandbox.stop();
  }
}
