/** The native backend: the same scenarios on real Linux tasks, in a pid namespace of their own. See docs/native-backend.md. */
import { availableParallelism } from 'node:os';
import { type Case, RESTART_FLAGS } from '../../model/case.ts';
import { type Protocol, protocolNamed } from '../../protocol/stacks.ts';
import type { RunRecord } from '../../record/record.ts';
import { AgentError } from '../agent/agent.ts';
import { probeAgent } from '../agent/probe.ts';
import type { Backend, Capability, Plan } from '../backend.ts';
import { patiently } from '../patience.ts';
import { pidMax } from '../pid-max.ts';
import { NativeAgent } from './agent.ts';
import { cgroupFolder } from './cgroup.ts';
import { compileNativeAgent, compilePlugin, compilePluginHost } from './compile.ts';
import { nativePlan, type Surroundings } from './plan.ts';
import { buildRecord } from './record.ts';
import { type Machine, refusal } from './refuse.ts';
import { sweepSize } from './sweep.ts';

export interface NativeOptions {
  /** Milliseconds that a step may take before the run is a hang, 100 to 600000. Default 5000. */
  readonly limit?: number;
  /** A restart engine of your own: a shared library, or a C file (docs/native-backend.md). */
  readonly plugin?: string;
  /** Folder of compiled programs instead of the usual one. */
  readonly cache?: string;
  /** Namespaces at the same time. Default: one for each processor. */
  readonly agents?: number;
  /** Use a user namespace even as root. */
  readonly userNamespace?: boolean;
  /** Choose pids by ns_last_pid, as kernels before 5.5 need it. */
  readonly spawnByLastPid?: boolean;
  /** Freeze by SIGSTOP even where a cgroup can be made. */
  readonly stopInsteadOfFreeze?: boolean;
}

const DEFAULT_LIMIT = 5000;
/** Of an agent that is not asked for a particular one. */
const ANY_PROTOCOL = 'hardened';
/** Agents that wait for a next case, of all protocols. */
const MOST_IDLE = 8;

/** Agents of all backends take the processors in turn, those of another process (a worker) from another one on. */
let nextProcessor = process.pid;

/** An agent that waits for a next case, with the protocol that its program has. */
interface Idle {
  readonly agent: NativeAgent;
  readonly protocol: Protocol;
}

/** A native backend, with what it offers beyond the contract. */
export interface NativeBackend extends Backend {
  sweep(c: Case): number;
  /** Nanoseconds that it takes here to make and reap so many processes by fork, and nothing else. */
  forkAndReap(processes: number): Promise<number>;
}

class Native implements NativeBackend {
  readonly name = 'native';
  /** A plug-in follows a protocol of its own. */
  readonly modelled: boolean;
  readonly #options: NativeOptions;
  readonly #machine: Machine;
  readonly #cgroup: string | undefined;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  readonly #programs = new Map<string, Promise<{ program: string; plugin?: string }>>();
  #capabilities: Promise<readonly Capability[]> | undefined;

  constructor(options: NativeOptions) {
    this.#options = options;
    this.modelled = options.plugin === undefined;
    this.#machine = {
      pidMax: pidMax(),
      isRoot: process.getuid?.() === 0 && !options.userNamespace,
      hasPlugin: options.plugin !== undefined,
    };
    this.#cgroup = options.stopInsteadOfFreeze ? undefined : cgroupFolder();
  }

  capabilities(): Promise<readonly Capability[]> {
    this.#capabilities ??= probeAgent(this.name, () => this.#probe());
    return this.#capabilities;
  }

  refuses(c: Case, protocol: string): string | undefined {
    return refusal(c, protocol, this.#machine);
  }

  sweep(c: Case): number {
    return sweepSize(c);
  }

  async run(plan: Plan): Promise<RunRecord> {
    const made = nativePlan(plan, this.#surroundings());
    return this.#withAgent(plan.protocol, async (agent) => {
      const report = await agent.run(made.text);
      if (report.end === 'not-built') {
        throw new AgentError(
          `the tree cannot be built: ${report.what} (errno ${-(report.error ?? 0)}, task ${report.asker})`,
        );
      }
      return buildRecord(report, agent.kinds, plan, made, this.#remarks(plan.case));
    });
  }

  async forkAndReap(processes: number): Promise<number> {
    return this.#withAgent(ANY_PROTOCOL, (agent) => agent.forkAndReap(processes));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ agent }) => agent.stop()));
  }

  #surroundings(): Surroundings {
    const { limit = patiently(DEFAULT_LIMIT), spawnByLastPid = false } = this.#options;
    return { pidMax: this.#machine.pidMax, limit, spawnByLastPid, stopInsteadOfFreeze: this.#cgroup === undefined };
  }

  /** What the record of a case has to say about how it was done here. */
  #remarks(c: Case): string[] {
    const { plugin } = this.#options;
    const isFrozen = (c.restart.flags & RESTART_FLAGS.frozen) !== 0;
    return [
      ...(plugin === undefined ? [] : [`the restart engine is ${plugin}`]),
      ...(isFrozen && this.#cgroup === undefined ? ['no cgroup can be made here: frozen by SIGSTOP'] : []),
    ];
  }

  async #withAgent<T>(asked: string, use: (agent: NativeAgent) => Promise<T>): Promise<T> {
    // A plug-in follows a protocol of its own, whatever the case names.
    const protocol = protocolNamed(this.#machine.hasPlugin ? ANY_PROTOCOL : asked)!;
    const most = this.#options.agents ?? availableParallelism();
    while (this.#running >= most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      const agent = this.#takeIdle(protocol) ?? (await this.#start(protocol));
      try {
        const result = await use(agent);
        agent.keepAwake(false);
        this.#idle.push({ agent, protocol });
        if (this.#idle.length > MOST_IDLE) await this.#idle.shift()!.agent.stop();
        return result;
      } catch (error) {
        agent.kill();
        throw error;
      }
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** The idle agent of this protocol that was used last. */
  #takeIdle(protocol: Protocol): NativeAgent | undefined {
    const alive = this.#idle.filter(({ agent }) => agent.alive);
    const found = alive.findLast((idle) => idle.protocol === protocol);
    this.#idle.splice(0, Infinity, ...alive.filter((idle) => idle !== found));
    found?.agent.keepAwake(true);
    return found?.agent;
  }

  async #start(protocol: Protocol): Promise<NativeAgent> {
    const { name } = protocol;
    const compiling = this.#programs.get(name) ?? this.#compile(protocol);
    this.#programs.set(name, compiling);
    const compiled = await compiling;
    const userNamespace = !this.#machine.isRoot;
    const processor = nextProcessor++;
    return NativeAgent.start({ ...compiled, userNamespace, cgroups: this.#cgroup, processor });
  }

  async #compile(protocol: Protocol): Promise<{ program: string; plugin?: string }> {
    const { cache, plugin } = this.#options;
    if (plugin === undefined) return { program: await compileNativeAgent(protocol, cache) };
    return { program: await compilePluginHost(protocol, cache), plugin: await compilePlugin(plugin, cache) };
  }

  async #probe(): Promise<readonly Capability[]> {
    const { isRoot, pidMax } = this.#machine;
    await this.#withAgent(ANY_PROTOCOL, async () => undefined);
    const how = isRoot ? 'a pid namespace, as root' : 'a pid and a user namespace, as an ordinary user';
    const { plugin } = this.#options;
    const tool = plugin !== undefined && {
      tool: { name: 'restart of your own', version: '', path: plugin, setting: ['MKTROUBLE_PLUGIN', plugin] as const },
    };
    return [
      { name: this.name, available: true, detail: `real tasks in ${how}; pids up to ${pidMax - 1}`, ...tool },
      {
        name: 'native freezer',
        available: true,
        detail: this.#cgroup ? `cgroup v2 below ${this.#cgroup}` : 'no cgroup can be made here: SIGSTOP instead',
      },
      {
        name: 'native tasks of another owner',
        available: isRoot,
        detail: isRoot ? 'by setresuid' : 'need root: only one user is mapped',
      },
    ];
  }
}

/**
 * A native backend. It starts its agents when they are needed; `dispose` ends them, as does the end of this process. Without
 * `plugin`, MKTROUBLE_PLUGIN may name one.
 */
export function native(options: NativeOptions = {}): NativeBackend {
  const plugin = options.plugin ?? process.env['MKTROUBLE_PLUGIN'];
  return new Native(plugin ? { ...options, plugin } : options);
}
