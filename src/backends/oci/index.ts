/** The backend of container runtimes. It uses only what a backend of a user's own can use: see docs/runtime-backend.md. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type Backend,
  type Capability,
  type Case,
  type CreateOptions,
  defineBackend,
  type FoundCriu,
  type Plan,
  RESTORING_CALLS,
  type RunRecord,
  type RuntimeSetup,
  readRuntimeMoment,
  sweepFolder,
  whyNoMoment,
} from '../index.ts';
import { listCgroupFolders, listControllers, removeCgroup } from './cgroups.ts';
import type { Driver } from './drivers/driver.ts';
import { DRIVERS } from './drivers/index.ts';
import { chooseVersion, type Engine, type Engines, findEngines, installProgram } from './engines.ts';
import { findTwiceStaged } from './faults.ts';
import { keepFiles } from './keep.ts';
import { TRY_NETWORK } from './network.ts';
import { Player } from './play.ts';
import { buildRecord } from './record.ts';
import { asUser, whyNoUserNamespace } from './rootless.ts';
import { Sandbox } from './sandbox.ts';
import { criuScript } from './scripts.ts';
import { refuseSettings } from './settings.ts';

const NAME = 'oci';
const NO_CRIU =
  'the CRIU of the system does not run in a sandbox: `npx mktrouble setup criu@4.1.1` fetches one that does';
const NO_RUNTIME = 'no container runtime is here: `npx mktrouble setup runc` fetches one';
/** Milliseconds in which CRIU says what it can do. */
const PROBE_LIMIT = 10_000;
const NO_TRACKING = 'this kernel does not track changed memory (CONFIG_MEM_SOFT_DIRTY), so CRIU makes no pre-dump';
/** Where hardware breakpoints do not fire CRIU does without them; see criu/fault-injection.c. */
const WITHOUT_BREAKPOINTS = 'export CRIU_FAULT=130';

/** The controllers that a cgroup of a case's own can have. */
type Controllers = ReturnType<typeof listControllers>;

class Oci implements Backend {
  readonly name = NAME;
  readonly #options: CreateOptions;
  #engines: Engines = new Map();
  #controllers: Controllers = { v1: [], v2: [] };
  #criu: FoundCriu | string = 'it was not looked for';
  #otherCriu: FoundCriu | undefined;
  #tracksMemory = false;
  #hasBridges = false;
  #capabilities: Promise<readonly Capability[]> | undefined;

  constructor(options: CreateOptions) {
    this.#options = options;
  }

  capabilities(): Promise<readonly Capability[]> {
    this.#capabilities ??= this.#probe();
    return this.#capabilities;
  }

  refuses(c: Case): string | undefined {
    const { runtime: setup } = c;
    if (!setup) return 'it names no container runtime';
    const engine = this.#find(setup.name);
    if (typeof engine === 'string') return engine;
    if (!chooseVersion(engine, setup))
      return `${setup.name} ${setup.version} is not here, but ${engine.unpacked.map(({ version }) => version).join(' and ')}`;
    const { driver } = engine;
    if (driver.hasCriu && typeof this.#criu === 'string') return this.#criu;
    const network = refuseNetwork(setup, driver, this.#hasBridges);
    if (network !== undefined) return network;
    const lacking = setup.rounds.find((call) => driver.lacks.includes(call));
    if (lacking !== undefined) return `${setup.name} has no ${lacking}`;
    if (setup.rounds.includes('pre-dump') && !this.#tracksMemory) return NO_TRACKING;
    const kept = refuseKept(setup);
    if (kept !== undefined) return kept;
    const setting = refuseSetting(setup, driver, this.#controllers) ?? refuseSettings(setup, driver);
    if (setting !== undefined) return setting;
    return refuseFaults(c, driver, this.#otherCriu) ?? refuseRounds(c) ?? refuseTree(c);
  }

  sweep(c: Case): number {
    return c.runtime?.repeat ?? 1;
  }

  async run(plan: Plan): Promise<RunRecord> {
    await this.capabilities();
    const { runtime: setup } = plan.case;
    const engine = this.#engines.get(setup!.name) as Engine;
    const { folder, version } = chooseVersion(engine, setup!)!;
    const criu = typeof this.#criu === 'string' ? undefined : this.#criu;
    const driver = setup!.rootless ? asUser(engine.driver) : engine.driver;
    const sandbox = await Sandbox.start({
      tree: folder,
      criu: criu && rootOf(criu),
      otherCriu: this.#otherCriu && rootOf(this.#otherCriu),
      hasV1: Object.keys(setup!.limits ?? {}).some((one) => this.#controllers.v1.includes(one)),
    });
    try {
      if (criu && driver.hasCriu) await installCriu(sandbox, criu, this.#otherCriu);
      await installProgram(sandbox, engine);
      if (driver.prepare) await sandbox.script(driver.prepare(setup!));
      const below = setup!.lowLevel && ` with ${await readVersion(sandbox, setup!.lowLevel)}`;
      const versions = { runtime: `${version}${below ?? ''}`, ...(criu && driver.hasCriu && { criu: criu.version }) };
      const player = new Player(sandbox, driver, plan.case, versions, this.#options.faults);
      return buildRecord(plan, await player.play());
    } finally {
      if (plan.keep !== undefined) await keepFiles(sandbox, plan.keep);
      await sandbox.stop();
    }
  }

  async dispose(): Promise<void> {}

  async #probe(): Promise<readonly Capability[]> {
    const none = (detail: string): readonly Capability[] => [{ name: NAME, available: false, detail }];
    if (process.platform !== 'linux') return none('it needs Linux');
    if (process.getuid?.() !== 0) return none('it needs root');
    const cgroups = listCgroupFolders();
    if (cgroups.length === 0) return none('it needs a cgroup v2 hierarchy');
    this.#controllers = listControllers();
    for (const folder of cgroups) sweepFolder(folder, removeCgroup);
    await this.#findCriu();
    const criu = typeof this.#criu === 'string' ? undefined : this.#criu;
    try {
      const engines = await findEngines(this.#options);
      if (typeof engines === 'string') return none(engines);
      this.#engines = engines;
      const usable = [...engines.values()].find((one) => typeof one !== 'string');
      if (!usable) return none([...engines.values()].join('; ') || NO_RUNTIME);
      [this.#tracksMemory, this.#hasBridges] = await probe(usable.unpacked[0]!.folder, criu);
    } catch (error) {
      return none((error as Error).message);
    }
    const tool = criu && {
      tool: {
        name: 'CRIU',
        version: criu.version,
        path: criu.path,
        setting: ['MKTROUBLE_CRIU', criu.version] as const,
      },
    };
    return [
      { name: NAME, available: true, detail: 'as root', ...tool },
      ...Object.values(DRIVERS).map((one) => this.#describe(one)),
    ];
  }

  /** One that was unpacked: the libraries of the system are not in a sandbox. */
  async #findCriu(): Promise<void> {
    const usual = await this.#options.findCriu();
    const versions = (await this.#options.findUnpacked('criu')).map(({ version }) => version);
    const all = [usual, ...(await Promise.all(versions.map((version) => this.#options.findCriu(version))))];
    const isUnpacked = (one: FoundCriu | string): one is FoundCriu => typeof one !== 'string' && one.command.length > 1;
    const [first, ...others] = all.filter(isUnpacked);
    this.#criu = first ?? (typeof usual === 'string' ? usual : NO_CRIU);
    this.#otherCriu = others.find(({ version }) => version !== first?.version);
  }

  /** A runtime; a text says why it cannot be used. */
  #find(name: string): Engine | string {
    const engine = this.#engines.get(name);
    if (engine !== undefined) return engine;
    const { runtime } = this.#options;
    return runtime === undefined
      ? `${name} is not here: \`npx mktrouble setup ${name}\` fetches it`
      : `this run is of ${runtime}, and of no ${name}`;
  }

  #describe({ name, hasCriu, sharesFiles }: Driver): Capability {
    const engine = this.#find(name);
    if (typeof engine === 'string') return { name, available: false, detail: engine };
    if (hasCriu && typeof this.#criu === 'string') return { name, available: false, detail: this.#criu };
    const hidden = sharesFiles ? '' : '; the state of its processes is not compared: they are in no /proc of the host';
    const by = typeof this.#criu === 'string' || !hasCriu ? '' : `, by CRIU ${this.#criu.version}`;
    return {
      name,
      available: true,
      detail: `${engine.unpacked.map((one) => one.version).join(' and ')}${by}${hidden}`,
      ...(engine.tool && { tool: engine.tool }),
    };
  }
}

/** Makes a sandbox of this tree: whether CRIU can make pre-dumps in it, and whether it can have a bridge. Rejects when there can be none. */
async function probe(tree: string, criu: FoundCriu | undefined): Promise<[boolean, boolean]> {
  const sandbox = await Sandbox.start({ tree, criu: criu && rootOf(criu) });
  try {
    const hasBridges = (await sandbox.start(TRY_NETWORK, PROBE_LIMIT).ended).exit === 0;
    if (!criu) return [false, hasBridges];
    await installCriu(sandbox, criu, undefined);
    const check = await sandbox.run(['criu', 'check', '--feature', 'mem_dirty_track'], PROBE_LIMIT);
    return [check.exit === 0, hasBridges];
  } finally {
    await sandbox.stop();
  }
}

/** The folder in which a CRIU was unpacked: the root of its file system. */
function rootOf({ path: program }: FoundCriu): string {
  return path.resolve(program, '../../..');
}

/** Puts a CRIU on the PATH of a sandbox. */
async function installCriu(sandbox: Sandbox, criu: FoundCriu, other: FoundCriu | undefined): Promise<void> {
  const moved = ({ command }: FoundCriu, from: string, to: string) => command.map((word) => word.replaceAll(from, to));
  const own = moved(criu, rootOf(criu), '/criu');
  const others = other ? moved(other, rootOf(other), '/other-criu') : own;
  await writeFile(sandbox.inside('/work/bin/criu'), criuScript(own, others, WITHOUT_BREAKPOINTS), { mode: 0o755 });
}

/** `crun 1.21`. */
async function readVersion(sandbox: Sandbox, program: string): Promise<string> {
  const [, version = ''] = /version ([\d.]+)/.exec(await sandbox.shell(`${program} --version`)) ?? [];
  return `${program} ${version}`.trim();
}

/** What the container is to have, and cannot have here. */
function refuseSetting(
  { limits, pid, rootless, images }: RuntimeSetup,
  driver: Driver,
  { v1, v2 }: Controllers,
): string | undefined {
  if (rootless && pid === 'shared') return 'a container of a user other than root has pids of its own';
  const closed = rootless ? whyNoUserNamespace() : undefined;
  if (closed !== undefined) return closed;
  if (images === 'kept' && !driver.keepsImages) return `${driver.name} keeps no images with a container`;
  const missing = Object.keys(limits ?? {}).find((one) => !v1.includes(one) && !v2.includes(one));
  if (missing !== undefined)
    return `this machine has no controller ${missing} for cgroups of a case: it is in no v1 hierarchy, and not in cgroup.subtree_control of that of v2`;
  return pid === 'shared' && !driver.sharesFiles ? 'a sandbox of runsc has pids of its own' : undefined;
}

function refuseNetwork({ network, rootless }: RuntimeSetup, driver: Driver, hasBridges: boolean): string | undefined {
  if (network !== 'bridge') return undefined;
  if (!driver.hasCriu) return `${driver.name} has no network of a sandbox here`;
  if (rootless) return 'a user other than root cannot make interfaces outside of its namespaces';
  return hasBridges ? undefined : 'this kernel has no bridges and veth interfaces for a sandbox';
}

function refuseFaults(c: Case, driver: Driver, other: FoundCriu | undefined): string | undefined {
  const own = refuseOwn(c, driver);
  if (own !== undefined) return own;
  for (const { kind, value, of, call, stage } of c.runtime!.faults) {
    const isOfCriu = kind === 'criu' || value === 'criu';
    if (!driver.hasCriu && isOfCriu) return `${driver.name} does without CRIU`;
    if (!driver.hasCriu && stage !== undefined) return `${driver.name} starts no CRIU: it has no stage ${stage}`;
    if (!driver.hasCriu && value === 'runtime' && call === undefined)
      return `${driver.name} starts no CRIU at which its process could be hit: name a system call`;
    if (
      (kind === 'kill' || kind === 'stop') &&
      value === 'init' &&
      RESTORING_CALLS.has(of) &&
      (call ?? stage) === undefined
    )
      return 'before a restore there is no init: name a stage, or a system call, at or after which there is one';
    if (value === 'monitor' && !driver.isMonitor) return `${driver.name} has no monitor`;
    if (value === 'guest' && !driver.sharesFiles) return `no process of a container of ${driver.name} can be seen here`;
    if (value === 'guest' && !c.runtime!.rounds.slice(0, c.runtime!.rounds.lastIndexOf(of)).includes('exec-detached'))
      return `no guest was started before the ${of}: rounds needs exec-detached`;
    if (value === 'other-version' && !other)
      return 'there is no other version of CRIU here: `npx mktrouble setup criu@4.1.1 criu@4.2.1`';
    if (c.runtime!.pid === 'shared' && value === 'init' && RESTORING_CALLS.has(of))
      return 'the init of a restore is found by its pid namespace: pid must be own';
    if (kind === 'cgroup' && driver.name === 'runsc') return 'the containers of runsc have no cgroup here';
  }
  return undefined;
}

function refuseOwn(c: Case, { hasCriu, name }: Driver): string | undefined {
  for (const { own, when } of c.faults) {
    if (!own) return 'its faults are in runtime.faults, and not in faults';
    const reason = whyNoMoment(NAME, when, c);
    if (reason !== undefined) return reason;
    if (!hasCriu && when.kind === 'moment' && readRuntimeMoment(when.at)?.isDuring)
      return `${name} starts no CRIU: it has no moment ${when.at}`;
  }
  const twice = findTwiceStaged(c);
  return twice && `a fault of runtime.faults and a fault verb of your own cannot both fire during one ${twice}`;
}

/** What cannot be done with images that are kept with the container. */
function refuseKept({ rounds, images, faults }: RuntimeSetup): string | undefined {
  if (images !== 'kept') return undefined;
  if (rounds.includes('restore-renamed'))
    return 'what is kept with a container is restored under its name: images must be exported';
  const deleted = rounds.indexOf('delete');
  if (deleted !== -1 && rounds.slice(deleted).some((call) => RESTORING_CALLS.has(call)))
    return 'the images are deleted with the container: images must be exported';
  if (faults.some(({ kind }) => kind === 'name'))
    return 'the container that is restored has its name: images must be exported';
  return undefined;
}

/** A restore under another name, or a second one, is of a container that is no longer there. */
function refuseRounds({ runtime }: Case): string | undefined {
  let isThere = true;
  for (const call of runtime!.rounds) {
    if (call === 'restore-renamed' && isThere)
      return 'the cgroup of the container is in use: delete it before it is restored under another name';
    if (call === 'checkpoint' || call === 'delete') isThere = false;
    if (RESTORING_CALLS.has(call)) isThere = true;
  }
  return undefined;
}

function refuseTree({ tasks }: Case): string | undefined {
  const special = tasks.find(({ state, leader, pid, tracedBy, ghost, forkedLate }) => {
    return state !== 'alive' || leader !== pid || tracedBy !== undefined || ghost || forkedLate !== undefined;
  });
  return special && `task ${special.pid} is not a plain process, and the trees of containers have only those`;
}

export default defineBackend({ contract: 1, name: NAME, create: (options) => new Oci(options) });
