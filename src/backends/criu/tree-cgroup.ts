/**
 * The cgroup of a tree's own: one folder in each hierarchy of this machine, of version 1 or of version 2. In those that limit nothing too:
 * CRIU dumps all cgroups below that of the tree, which would be those of others.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { CriuSetup } from '../../model/criu.ts';
import {
  type CgroupVersion,
  type Controller,
  type CriuCgroup,
  type FreezerFault,
  neededControllers,
  neededHierarchies,
} from '../../model/criu-cgroups.ts';
import { removeCgroup } from '../agent/cgroup.ts';
import { sweepFolder, uniqueName } from '../host/names.ts';

const ROOT = '/sys/fs/cgroup';
/** Microseconds in which a tree may use so much of a processor. */
const PERIOD = 100_000;

/** How it is called in messages. */
const THE_TREES = "the tree's";

interface Hierarchy {
  readonly folder: string;
  readonly isV2: boolean;
}

/** Where a cgroup with this controller can be made; undefined: nowhere here. */
function findHierarchy(controller: Controller, version?: CgroupVersion): Hierarchy | undefined {
  const own = path.join(ROOT, controller);
  if (version !== 2 && isWritable(own)) return { folder: own, isV2: false };
  const root = [ROOT, path.join(ROOT, 'unified')].find((folder) => existsSync(path.join(folder, 'cgroup.controllers')));
  if (version === 1 || root === undefined || !isWritable(root)) return undefined;
  // Every cgroup of version 2 but the root has a freezer.
  const enabled = ['freezer', ...readOr(path.join(root, 'cgroup.subtree_control')).split(/\s+/)];
  return enabled.includes(controller) ? { folder: root, isV2: true } : undefined;
}

/** The controllers that a case needs and this machine does not have. */
export function findLacking(setup: CriuSetup): readonly Controller[] {
  return neededHierarchies(setup).filter((name) => !findHierarchy(name, setup.cgroup?.version));
}

/** The folders in which a cgroup can be made. */
function listHierarchies(): string[] {
  // A link is another name for a hierarchy with several controllers.
  const entries = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = existsSync(path.join(ROOT, 'cgroup.controllers'))
    ? [ROOT]
    : entries.map(({ name }) => path.join(ROOT, name));
  return found.filter(isWritable);
}

/** Removes what ended processes have left. */
export function sweepCgroups(): void {
  if (existsSync(ROOT)) for (const folder of listHierarchies()) sweepFolder(folder, removeAbandoned);
}

type Limited = Exclude<keyof CriuCgroup, 'version'>;

/** What is written to limit something, and where it is read. */
const LIMITS: Readonly<Record<Limited, (limit: number) => { v1: [string, string]; v2: [string, string] }>> = {
  memory: (bytes) => ({ v1: ['memory.limit_in_bytes', `${bytes}`], v2: ['memory.max', `${bytes}`] }),
  pids: (count) => ({ v1: ['pids.max', `${count}`], v2: ['pids.max', `${count}`] }),
  cpu: (percent) => ({
    v1: ['cpu.cfs_quota_us', `${(percent * PERIOD) / 100}`],
    v2: ['cpu.max', `${(percent * PERIOD) / 100} ${PERIOD}`],
  }),
};

export class TreeCgroup {
  readonly #name = uniqueName('criutree');
  readonly #limits: CriuCgroup;
  readonly #all = listHierarchies();
  readonly #hierarchies: ReadonlyMap<Controller, Hierarchy>;

  private constructor(limits: CriuCgroup, hierarchies: ReadonlyMap<Controller, Hierarchy>) {
    this.#limits = limits;
    this.#hierarchies = hierarchies;
  }

  /** Makes the one that a case has; undefined: it has none. Throws an error of the system. */
  static make(setup: CriuSetup): TreeCgroup | undefined {
    if (neededHierarchies(setup).length === 0) return undefined;
    const needed = neededControllers(setup);
    const cgroup = new TreeCgroup(
      setup.cgroup ?? {},
      new Map(needed.map((name) => [name, findHierarchy(name, setup.cgroup?.version)!])),
    );
    for (const folder of cgroup.#folders) makeFolder(folder);
    for (const { file, wanted } of cgroup.#limitFiles()) writeFileSync(file, wanted);
    return cgroup;
  }

  /** The files into which a process writes 0 to be in it. */
  get entries(): readonly string[] {
    return [...this.#folders].map((folder) => path.join(folder, 'cgroup.procs'));
  }

  /** What --freeze-cgroup names. */
  get freezer(): string | undefined {
    return this.#hierarchies.has('freezer') ? this.#folder('freezer') : undefined;
  }

  /** Does something to it: whether it was done. */
  do(fault: FreezerFault | 'none'): boolean {
    try {
      if (fault === 'remove') for (const folder of this.#folders) rmdirSync(folder);
      else if (fault !== 'none') this.#freeze(fault === 'freeze');
      return fault !== 'none';
    } catch {
      return false;
    }
  }

  /** In which cgroup a process is, by what is to be seen in /proc, and the limits that it has there. */
  describe(processCgroups: string): Readonly<Record<string, string>> {
    const rows = processCgroups.split('\n').map((row) => row.split(':'));
    const places = [...this.#hierarchies].map(([controller, { isV2 }]) => {
      const row = rows.find(([number, names = '']) => (isV2 ? number === '0' : names.split(',').includes(controller)));
      const place = row?.slice(2).join(':') ?? 'none';
      return [`cgroup ${controller}`, this.rename(place)];
    });
    const isInside = places.some(([, place]) => place === THE_TREES);
    const limits = (isInside ? this.#limitFiles() : []).map(({ name, file }) => [
      `limit of its cgroup ${name}`,
      readOr(file, 'none').trim(),
    ]);
    return Object.fromEntries([...limits, ...places]);
  }

  /** How this cgroup is called in messages, by its path: its own name is another in each run. */
  rename(place: string): string {
    return place.endsWith(`/${this.#name}`) ? THE_TREES : place;
  }

  /** What there is of it now: its folder in each hierarchy, and its limits. */
  list(): readonly string[] {
    const there = [...this.#folders].filter((folder) => existsSync(folder));
    const limits = this.#limitFiles().filter(({ file }) => existsSync(file));
    return [
      ...there.map((folder) => `${THE_TREES} in ${path.basename(path.dirname(folder))}`),
      ...limits.map(({ name, file }) => `limit of ${THE_TREES}: ${name} ${readOr(file).trim()}`),
    ];
  }

  /** When no task is left in it. */
  async remove(): Promise<void> {
    await Promise.all([...this.#folders].map((folder) => removeCgroup(folder)));
  }

  get #folders(): ReadonlySet<string> {
    return new Set(this.#all.map((folder) => path.join(folder, this.#name)));
  }

  #folder(controller: Controller): string {
    return path.join(this.#hierarchies.get(controller)!.folder, this.#name);
  }

  #freeze(freezes: boolean): void {
    const isV2 = this.#hierarchies.get('freezer')?.isV2;
    if (isV2 === undefined) return;
    const [file, value] = isV2
      ? ['cgroup.freeze', freezes ? '1' : '0']
      : ['freezer.state', freezes ? 'FROZEN' : 'THAWED'];
    writeFileSync(path.join(this.#folder('freezer'), file!), value!);
  }

  #limitFiles(): { name: string; file: string; wanted: string }[] {
    return (Object.keys(LIMITS) as Limited[]).flatMap((name) => {
      const limit = this.#limits[name];
      if (limit === undefined) return [];
      const [file, wanted] = LIMITS[name](limit)[this.#hierarchies.get(name)!.isV2 ? 'v2' : 'v1'];
      return [{ name, file: path.join(this.#folder(name), file), wanted }];
    });
  }
}

/** What is frozen in it cannot end before it is thawed. */
function removeAbandoned(folder: string): void {
  const state = path.join(folder, 'freezer.state');
  if (existsSync(state)) writeFileSync(state, 'THAWED');
  rmdirSync(folder);
}

/** A cgroup without processors takes no task, and in version 1 they are not inherited. */
function makeFolder(folder: string): void {
  mkdirSync(folder);
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const above = readOr(path.join(path.dirname(folder), name));
    if (above !== '') writeFileSync(path.join(folder, name), above);
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(path.join(folder, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readOr(file: string, none = ''): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return none;
  }
}
