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

/** By the name of the runtime; a text says why the one that the run is of cannot be used. */
export async function findEngines({
  runtime,
  findUnpacked,
}: CreateOptions): Promise<ReadonlyMap<string, Engine> | string> {
  if (runtime !== undefined) {
    const engine = await findNamed(runtime, findUnpacked);
    return typeof engine === 'string' ? engine : new Map([[engine.driver.name, engine]]);
  }
  const engines = new Map<string, Engine>();
  for (const driver of Object.values(DRIVERS)) {
    const unpacked = await findUnpacked(driver.name);
    if (unpacked.length > 0) engines.set(driver.name, { driver, unpacked });
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
  const setting = ['MKTROUBLE_RUNTIME', given] as const;
  const all = await findUnpacked(name);
  if (isProgram) {
    const [around] = all;
    // What it needs in a sandbox beside itself.
    if (!around)
      return `${given} needs the libraries of ${name} in a sandbox: \`npx mktrouble setup ${name}\` fetches them`;
    const own = { version: version!, folder: around.folder };
    return { driver, unpacked: [own], program: given, tool: { name, version: version!, path: given, setting } };
  }
  const [unpacked] = all.filter((one) => version === undefined || isInRange(one.version, version));
  if (!unpacked) return `${given} is not here: \`npx mktrouble setup ${given}\` fetches it`;
  const tool = { name, version: unpacked.version, path: unpacked.folder, setting };
  return { driver, unpacked: [unpacked], tool };
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

/** Of one that can be built without CRIU the versions that have it; a text says why none is left. Rejects when there can be no sandbox. */
export async function keepWithCriu(engine: Engine): Promise<Engine | string> {
  const { driver, unpacked } = engine;
  if (!driver.isBuiltWithCriu) return engine;
  const printed = await Promise.all(unpacked.map(({ folder }) => printVersion(folder, engine)));
  const usable = unpacked.filter((_, i) => driver.isBuiltWithCriu!(printed[i]!));
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
