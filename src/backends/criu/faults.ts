/** The faults of a case: fires each at its stage, and remembers the tasks that were hit. */
import type { Case, Fault, TaskId } from '../../model/case.ts';
import type { CriuStage } from '../../model/criu.ts';
import { errnoName, errnoNumber } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuHit } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import type { Draws } from '../draws.ts';
import type { OwnFault } from '../own-fault.ts';
import { OwnFaults } from '../own-faults.ts';
import { look } from './census.ts';
import { computeTimeLimit } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';
import { makeScene } from './scene.ts';

/** What faults are fired with. */
export interface FaultOptions {
  readonly draws: Draws;
  /** The version of CRIU. */
  readonly version: string;
  /** The fault verbs of the user's own. */
  readonly verbs: readonly OwnFault[];
}

export class Faults {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #draws: Draws;
  readonly #version: string;
  readonly #own: OwnFaults;
  readonly hits: CriuHit[] = [];

  constructor(sandbox: Sandbox, c: Case, { draws, version, verbs }: FaultOptions) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#draws = draws;
    this.#version = version;
    this.#own = new OwnFaults(c, verbs, computeTimeLimit(c));
  }

  /** Tracers from outside of the tree. Rejects with AgentError when a task cannot be traced. */
  async traceOutsiders(): Promise<void> {
    for (const { pid, tracedBy } of this.#case.tasks) {
      if (tracedBy === undefined) continue;
      const tid = await this.#findId(pid);
      const helper = tid === undefined ? -errnoNumber('ESRCH') : await this.#sandbox.do('trace', { tid });
      if (helper < 0) throw new AgentError(`task ${pid} cannot be traced (${errnoName(-helper) ?? -helper})`);
      this.hits.push({ verb: 'trace', to: pid, stage: 'before-dump' });
    }
  }

  /** Fires the faults of a stage, those of the user's own last. Rejects when one of these breaks. */
  async fire(stage: CriuStage): Promise<void> {
    for (const fault of this.#case.faults) {
      if (fault.when.kind !== 'criu' || fault.when.at !== stage) continue;
      const { targets } = fault;
      const target = targets[targets.length > 1 ? this.#draws.below(targets.length) : 0]!;
      for (let i = 0; i < fault.times; i++) await this.#hit(fault, target, stage);
    }
    if (this.#own.areDue(stage)) await this.#fireOwn(stage);
  }

  async #fireOwn(stage: CriuStage): Promise<void> {
    const scene = await makeScene(this.#sandbox, this.#case, this.#version);
    for (const { fault, verb, target } of await this.#own.at(stage, scene)) {
      const to = target === 'coordinator' ? 'criu' : target;
      this.hits.push({ verb: 'own', own: verb, ...(to !== undefined && { to: to as 'criu' | number }), stage, fault });
    }
  }

  /** Whether a fault has hit the tree: then its end is the scenario's doing. */
  hasHitTree(): boolean {
    return this.hits.some(({ to }) => typeof to === 'number');
  }

  async #hit(fault: Fault, target: TaskId, stage: CriuStage): Promise<void> {
    const to = target === 'coordinator' ? 'criu' : target;
    const id = to === 'criu' ? undefined : await this.#findId(to);
    if (id === undefined && to !== 'criu') return;
    if (fault.verb === 'ptrace') {
      if (id === undefined) return;
      if ((await this.#sandbox.do('trace', { tid: id })) > 0)
        this.hits.push({ verb: 'trace', to, stage, fault: fault.name });
      return;
    }
    const signal = signalNumber(fault.verb === 'kill' ? 'SIGKILL' : fault.verb === 'stop' ? 'SIGSTOP' : fault.signal!);
    const error = await this.#sandbox.do('kill', { ...(to === 'criu' ? { criu: true } : { pid: id }), signal });
    if (error === 0) this.hits.push({ verb: 'signal', to, signal, stage, fault: fault.name });
  }

  /** How a task is called around the tree; undefined when it is not there. */
  async #findId(pid: number): Promise<number | undefined> {
    if (this.#case.criu?.namespace !== 'own') return pid;
    const inner = pid === this.#case.tasks[0]!.pid ? 1 : pid;
    const all = (await look(this.#sandbox)).filter((seen) => seen.role === 'tree' && seen.pid === inner);
    return (all.find(({ id }) => id !== inner) ?? all[0])?.id;
  }
}

/** Whether something of the case happens at a stage that CRIU's action script reports. */
export function needHooks({ faults, criu }: Case): boolean {
  if (criu?.syscalls.some(({ after }) => after !== undefined)) return true;
  if (criu?.freezer?.fault || criu?.peer || criu?.rival) return true;
  if (Object.values(criu?.servers ?? {}).some(({ after }) => typeof after === 'string')) return true;
  return faults.some((fault) => !['before-dump', 'before-restore', undefined].includes(stageOf(fault)));
}

/** The stage at which a fault fires; undefined for one that fires after another. */
export function stageOf({ when }: Fault): CriuStage | undefined {
  return when.kind === 'criu' || when.kind === 'moment' ? (when.at as CriuStage) : undefined;
}
