/** The faults of a case: fires each at its stage, and remembers the tasks that were hit. */
import type { Case, Fault, TaskId } from '../../model/case.ts';
import type { CriuStage } from '../../model/criu.ts';
import { errnoName, errnoNumber } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuHit } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import type { Draws } from '../draws.ts';
import { look } from './census.ts';
import type { Sandbox } from './sandbox.ts';

export class Faults {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #draws: Draws;
  readonly hits: CriuHit[] = [];

  constructor(sandbox: Sandbox, c: Case, draws: Draws) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#draws = draws;
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

  /** Fires the faults of a stage. */
  async fire(stage: CriuStage): Promise<void> {
    for (const fault of this.#case.faults) {
      if (fault.when.kind !== 'criu' || fault.when.at !== stage) continue;
      const { targets } = fault;
      const target = targets[targets.length > 1 ? this.#draws.below(targets.length) : 0]!;
      for (let i = 0; i < fault.times; i++) await this.#hit(fault, target, stage);
    }
  }

  /** Whether a fault has hit the tree: then its end is the scenario's doing. */
  hasHitTree(): boolean {
    return this.hits.some(({ to }) => to !== 'criu');
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
  if (criu?.freezer?.fault || criu?.rival) return true;
  if (Object.values(criu?.servers ?? {}).some(({ after }) => typeof after === 'string')) return true;
  return faults.some(({ when }) => when.kind === 'criu' && when.at !== 'before-dump' && when.at !== 'before-restore');
}
