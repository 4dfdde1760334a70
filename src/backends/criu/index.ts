/** The CRIU backend: a real tree in a pid namespace of its own, dumped and restored by CRIU. See docs/criu-backend.md. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { type Case, listCommands } from '../../model/case.ts';
import { neededHierarchies } from '../../model/criu-cgroups.ts';
import type { Tool } from '../../record/environment.ts';
import type { RunRecord } from '../../record/record.ts';
import { AgentError } from '../agent/agent.ts';
import { probeAgent } from '../agent/probe.ts';
import type { Backend, Capability, Plan } from '../backend.ts';
import { Draws } from '../draws.ts';
import type { OwnFault } from '../own-fault.ts';
import { pidMax } from '../pid-max.ts';
import { machineEnvironment } from './command-line.ts';
import { CommandsNotAllowed } from './commands-not-allowed.ts';
import { compileCriuAgent } from './compile.ts';
import type { Images } from './images/edit.ts';
import type { OwnImageEditor } from './images/own.ts';
import { keepFiles } from './keep.ts';
import { Kerndat } from './kerndat.ts';
import { type Criu, listOptions, locateCriu } from './locate.ts';
import { dumpOnly, play } from './play.ts';
import { buildRecord } from './record.ts';
import { type Abilities, refusal } from './refuse.ts';
import { Sandbox } from './sandbox.ts';
import { casesOfEvery, readSystemCalls, type SystemCall, withoutFaults } from './system-calls.ts';
import { findLacking, sweepCgroups } from './tree-cgroup.ts';

export interface CriuOptions {
  /** Folder of compiled programs instead of the usual one. */
  readonly cache?: string;
  /** The version or program of CRIU instead of what MKTROUBLE_CRIU names. */
  readonly criu?: string;
  /** Use a user namespace even as root. */
  readonly userNamespace?: boolean;
  /** Whether the commands of scenarios may be run; default: no. */
  readonly allowCommands?: boolean;
  /** Image editors of the user's own. */
  readonly imageEditors?: readonly OwnImageEditor[];
  /** Fault verbs of the user's own. */
  readonly faults?: readonly OwnFault[];
}

/** A CRIU backend, with what it offers beyond the contract. */
export interface CriuBackend extends Backend {
  sweep(c: Case): number;
  /** What CRIU makes of the tree of a case: its images, by their names without .img. */
  images(c: Case): Promise<Images>;
  /** The system calls of CRIU's main process, and of the processes that restore tasks, when nothing goes wrong: in the order of each process. */
  systemCalls(c: Case): Promise<readonly SystemCall[]>;
  /** Plays a case; also says how many microseconds of it CRIU itself took, all its calls together. */
  measure(plan: Plan): Promise<{ readonly record: RunRecord; readonly criuTime: number }>;
  /** How CRIU is started on this machine: variables of its environment, then words without blanks. Rejects with AgentError where it cannot be. */
  startWords(): Promise<readonly string[]>;
}

const PIDS_CGROUPS = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];

interface Ready {
  readonly criu: Criu;
  readonly program: string;
}

class CriuItself implements CriuBackend {
  readonly name = 'criu';
  readonly #options: CriuOptions;
  readonly #isRoot: boolean;
  readonly #cgroups: string | undefined;
  #abilities: Abilities;
  readonly #ending = new Set<Promise<void>>();
  readonly #kerndat = new Kerndat();
  #prepared: Promise<Ready | string> | undefined;
  #next: Promise<Sandbox> | undefined;
  #capabilities: Promise<readonly Capability[]> | undefined;

  constructor(options: CriuOptions) {
    this.#options = options;
    this.#isRoot = process.getuid?.() === 0 && !options.userNamespace;
    this.#cgroups = this.#isRoot ? cgroupsOfPids() : undefined;
    if (this.#isRoot) sweepCgroups();
    this.#abilities = {
      pidMax: pidMax(),
      canLimitPids: this.#cgroups !== undefined,
      canInject: canInject(),
      isRoot: this.#isRoot,
      freeHugePages,
      lackingControllers: this.#isRoot ? findLacking : neededHierarchies,
    };
  }

  capabilities(): Promise<readonly Capability[]> {
    this.#capabilities ??= probeAgent(this.name, () => this.#probe());
    return this.#capabilities;
  }

  refuses(c: Case): string | undefined {
    return refusal(c, this.#abilities);
  }

  sweep(c: Case): number {
    return c.criu?.repeat ?? 1;
  }

  async cases(c: Case): Promise<readonly Case[]> {
    const one = c.criu?.syscalls.find(({ every }) => every);
    return one ? casesOfEvery(c, one, await this.systemCalls(withoutFaults(c))) : [c];
  }

  async run(plan: Plan): Promise<RunRecord> {
    return (await this.measure(plan)).record;
  }

  async measure(plan: Plan): Promise<{ readonly record: RunRecord; readonly criuTime: number }> {
    this.#checkCommands(plan.case);
    return this.#inSandbox(async (sandbox, ready) => {
      const draws = new Draws(plan.seed);
      const meanwhile = () => this.#prepareNext(ready);
      try {
        await this.#kerndat.lend(sandbox, plan.case);
        const played = await play(sandbox, plan.case, {
          ...ready,
          ...this.#here(),
          draws,
          meanwhile,
          editors: this.#options.imageEditors ?? [],
          verbs: this.#options.faults ?? [],
        });
        await this.#kerndat.keep(sandbox, plan.case);
        return { record: buildRecord(plan, played.record), criuTime: played.criuTime };
      } finally {
        if (plan.keep !== undefined) await keepFiles(sandbox, plan.keep);
      }
    });
  }

  async images(c: Case): Promise<Images> {
    this.#checkCommands(c);
    return this.#inSandbox((sandbox, ready) =>
      dumpOnly(sandbox, c, { ...ready, ...this.#here(), draws: new Draws('0') }),
    );
  }

  async startWords(): Promise<readonly string[]> {
    return this.#inSandbox(async (_, { criu }) => {
      const settings = Object.entries(machineEnvironment(this.#here())).map(([name, value]) => `${name}=${value}`);
      return [...settings, ...criu.command];
    });
  }

  async systemCalls(c: Case): Promise<readonly SystemCall[]> {
    this.#checkCommands(c);
    return this.#inSandbox(async (sandbox, ready) => {
      await play(sandbox, c, { ...ready, ...this.#here(), draws: new Draws('0'), listsCalls: true });
      return readSystemCalls(sandbox, c);
    });
  }

  /** How CRIU is called on this machine. */
  #here(): { readonly unprivileged: boolean; readonly breakpointsFire: boolean } {
    return { unprivileged: !this.#isRoot, breakpointsFire: this.#abilities.breakpointsFire !== false };
  }

  /** Throws CommandsNotAllowed. */
  #checkCommands(c: Case): void {
    const [command] = listCommands(c);
    if (command && !this.#options.allowCommands) throw new CommandsNotAllowed(command);
  }

  async #inSandbox<T>(use: (sandbox: Sandbox, ready: Ready) => Promise<T>): Promise<T> {
    const ready = await this.#prepare();
    if (typeof ready === 'string') throw new AgentError(ready);
    const sandbox = await this.#take(ready);
    try {
      return await use(sandbox, ready);
    } finally {
      this.#letGo(sandbox);
    }
  }

  async dispose(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (next) this.#letGo(await next);
    await Promise.all(this.#ending);
  }

  #prepare(): Promise<Ready | string> {
    this.#prepared ??= (async () => {
      const { criu: chosen } = this.#options;
      const criu = await locateCriu(chosen === undefined ? process.env : { ...process.env, MKTROUBLE_CRIU: chosen });
      if (typeof criu === 'string') return criu;
      const [options, program] = await Promise.all([listOptions(criu), compileCriuAgent(this.#options.cache)]);
      if (options) this.#abilities = { ...this.#abilities, options };
      return { criu, program };
    })();
    return this.#prepared;
  }

  /** A sandbox for one case. */
  async #take(ready: Ready): Promise<Sandbox> {
    const mine = this.#next ?? this.#start(ready);
    // Synchronously: the next caller must not get the same one.
    this.#next = undefined;
    const sandbox = await mine;
    sandbox.keepAwake(true);
    if (this.#abilities.breakpointsFire === undefined) {
      const breakpointsFire = (await sandbox.do('breakpoints')) === 1;
      const hasUserfaults = (await sandbox.do('userfaults')) === 1;
      this.#abilities = { ...this.#abilities, breakpointsFire, hasUserfaults };
    }
    return sandbox;
  }

  /** Makes the sandbox for the next case. */
  #prepareNext(ready: Ready): void {
    if (this.#next) return;
    this.#next = this.#start(ready).then((idle) => {
      idle.keepAwake(false);
      return idle;
    });
    this.#next.catch(() => {});
  }

  #start({ program }: Ready): Promise<Sandbox> {
    return Sandbox.start({ program, userNamespace: !this.#isRoot, cgroups: this.#cgroups });
  }

  #letGo(sandbox: Sandbox): void {
    const end = sandbox.stop().then(() => void this.#ending.delete(end));
    this.#ending.add(end);
  }

  async #probe(): Promise<readonly Capability[] | string> {
    const ready = await this.#prepare();
    if (typeof ready === 'string') return ready;
    this.#letGo(await this.#take(ready));
    const how = this.#isRoot ? 'as root' : 'as an ordinary user';
    const { version, where, path, name } = ready.criu;
    const tool: Tool = { name: 'CRIU', version, path, setting: ['MKTROUBLE_CRIU', name] };
    const without = this.#here().breakpointsFire ? '' : ', with CRIU_FAULT=130: hardware breakpoints never fire here';
    const detail = `CRIU ${version} (${where}), ${how}${without}`;
    return [{ name: this.name, available: true, detail, tool }, ...this.#extras()];
  }

  #extras(): Capability[] {
    const { canLimitPids, canInject } = this.#abilities;
    return [
      {
        name: 'criu limits of processes',
        available: canLimitPids,
        detail: this.#cgroups ? `a cgroup below ${this.#cgroups}` : 'needs root, and a cgroup hierarchy with pids.max',
      },
      {
        name: 'criu system calls that fail',
        available: canInject,
        detail: canInject ? 'by ptrace(2)' : 'needs an x86-64 or arm64 processor',
      },
    ];
  }
}

/** A hierarchy in which a cgroup made by us can limit its processes. */
function cgroupsOfPids(): string | undefined {
  return PIDS_CGROUPS.find((folder) => {
    const controllers = `${folder}/cgroup.subtree_control`;
    if (existsSync(controllers)) return readFileSync(controllers, 'utf8').split(/\s/).includes('pids');
    return existsSync(`${folder}/cgroup.procs`) && isWritable(folder);
  });
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of 2 MiB; 0 where there are none of that size. */
function freeHugePages(): number {
  try {
    return Number(readFileSync('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages', 'utf8'));
  } catch {
    return 0;
  }
}

/** Whether the agent can change system calls of this machine: see set_call() in agent/registers.c. */
function canInject(): boolean {
  return process.arch === 'x64' || process.arch === 'arm64';
}

/** A CRIU backend. It looks for CRIU and compiles its agent when they are needed; `dispose` ends all that it has started. */
export function criu(options: CriuOptions = {}): CriuBackend {
  return new CriuItself(options);
}
