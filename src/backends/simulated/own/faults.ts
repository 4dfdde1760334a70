/** The faults of a scenario on a protocol of one's own: `kill`, `wake` (ends a wait early), `fail` (a call named by attempt()). */
import type { Case, Fault, TaskId, When } from '../../../model/case.ts';
import { errnoNumber } from '../../../model/errno.ts';
import type { OwnProtocol } from '../../../protocol/own/protocol.ts';
import { ARMED, ARRIVED, DUE, KILLED, LIFE, RUNNING, STAGE, WOKEN, type World } from './layout.ts';

/** One way in which a fault can fire. */
export interface Event {
  readonly fault: number;
  /** The number of the process. */
  readonly target: number;
}

/** The verbs that a protocol of one's own knows. */
export const OWN_VERBS: readonly string[] = ['kill', 'wake', 'fail'];

/** What the faults ask of the machine. */
export interface Processes {
  readonly state: Int32Array;
  readonly world: World;
  /** Whether the process sleeps in a wait. */
  isAsleep(process: number): boolean;
  /** The number of the call that the process is about to attempt; -1: none. */
  callAt(process: number): number;
}

/** Why a fault cannot be played; undefined: it can. */
export function refuseFault({ verb, call, failure }: Fault, protocol: OwnProtocol): string | undefined {
  if (!OWN_VERBS.includes(verb)) return `a protocol of your own has no fault ${verb} (it has ${OWN_VERBS.join(', ')})`;
  if (call !== undefined) return 'a protocol of your own does not count calls (fail with call)';
  if (verb === 'fail' && !protocol.calls.includes(String(failure))) return `${protocol.file} attempts no ${failure}`;
  return undefined;
}

export class OwnFaults {
  readonly events: readonly Event[];
  private readonly faults: readonly Fault[];
  private readonly firstFault: number;
  private readonly stages: readonly string[];
  private readonly numberOf: (id: TaskId) => number;
  private readonly calls: readonly number[];

  constructor(c: Case, protocol: OwnProtocol, firstFault: number, ids: readonly TaskId[]) {
    this.faults = c.faults;
    this.firstFault = firstFault;
    this.stages = protocol.stages;
    this.numberOf = (id) => ids.indexOf(id);
    this.calls = c.faults.map(({ failure }) => protocol.calls.indexOf(String(failure)));
    this.events = c.faults.flatMap(({ targets }, fault) => {
      const all = targets.length > 0 ? targets : ids;
      return all.map((id) => ({ fault, target: this.numberOf(id) }));
    });
  }

  /** By fault: the call that it makes fail, and the negative errno. */
  get failures(): Pick<World, 'calls' | 'errors'> {
    return {
      calls: Int32Array.from(this.calls),
      errors: Int32Array.from(this.faults, ({ errno = 'EIO' }) => -errnoNumber(errno)),
    };
  }

  /** Faults that fire before the first step. */
  start(m: Int32Array): void {
    this.faults.forEach(({ when }, i) => {
      if (when.kind === 'start') m[DUE]! |= 1 << i;
    });
  }

  /** Whether the event can fire now. */
  canFire(event: Event, on: Processes): boolean {
    const m = on.state;
    if (!this.canStillFire(m, event)) return false;
    const isDue = (m[DUE]! & (1 << event.fault)) !== 0;
    if (!isDue && (m[DUE] !== 0 || this.faults[event.fault]!.when.kind !== 'any')) return false;
    return this.finds(event, on, isDue);
  }

  /** Whether the event may fire now or later. */
  canStillFire(m: Int32Array, { fault }: Event): boolean {
    return m[this.firstFault + fault]! < this.faults[fault]!.times;
  }

  verbOf({ fault }: Event): string {
    return this.faults[fault]!.verb;
  }

  /** Whether the target can be hit. A fault that is due waits for nothing: it ends the next wait, makes the next call fail. */
  private finds({ fault, target }: Event, on: Processes, isDue: boolean): boolean {
    const m = on.state;
    const at = on.world.firstTask + target * on.world.taskWords;
    if (m[at + LIFE] !== RUNNING) return false;
    switch (this.faults[fault]!.verb) {
      case 'wake':
        return m[at + WOKEN] === 0 && (isDue || on.isAsleep(target));
      case 'fail':
        return m[at + ARMED] === 0 && (isDue || on.callAt(target) === this.calls[fault]);
      default:
        return true;
    }
  }

  fire(event: Event, on: Processes): void {
    const m = on.state;
    const { fault, target } = event;
    const at = on.world.firstTask + target * on.world.taskWords;
    m[this.firstFault + fault]!++;
    switch (this.faults[fault]!.verb) {
      case 'wake':
        m[at + WOKEN] = 1;
        break;
      case 'fail':
        m[at + ARMED] = fault + 1;
        break;
      default:
        m[at + LIFE] = KILLED;
        m[at + WOKEN] = 0;
        m[at + ARMED] = 0;
    }
    if (this.canStillFire(m, event)) return;
    m[DUE]! &= ~(1 << fault);
    const { name } = this.faults[fault]!;
    this.faults.forEach(({ when }, i) => {
      if (when.kind === 'after' && when.fault === name) m[DUE]! |= 1 << i;
    });
  }

  /** A due fault that finds none of its targets is over. */
  passOver(on: Processes): void {
    const m = on.state;
    for (let fault = 0; fault < this.faults.length; fault++) {
      if ((m[DUE]! & (1 << fault)) === 0) continue;
      const isFound = this.events.some((event) => event.fault === fault && this.finds(event, on, true));
      if (!isFound) m[DUE]! &= ~(1 << fault);
    }
  }

  /** A process has moved: where it has arrived at a stage, the faults that wait for that are due. The stage's number; 0: at none. */
  arrive(m: Int32Array, process: number, at: number): number {
    if (m[at + STAGE]! < ARRIVED) return 0;
    m[at + STAGE]! -= ARRIVED;
    const stage = m[at + STAGE]!;
    this.faults.forEach(({ when }, i) => {
      if (this.stageOf(when, process) === stage) m[DUE]! |= 1 << i;
    });
    return stage;
  }

  /** Whether a fault fires when this process arrives at one of these stages. */
  isTriggeredBy(process: number, stages: ReadonlySet<number>): boolean {
    return stages.size > 0 && this.faults.some(({ when }) => stages.has(this.stageOf(when, process)));
  }

  /** The stage of this process that a fault waits for; 0: none. */
  private stageOf(when: When, process: number): number {
    if (when.kind !== 'task' && when.kind !== 'coordinator') return 0;
    const id = when.kind === 'task' ? when.task : 'coordinator';
    return this.numberOf(id) === process ? this.stages.indexOf(when.at) + 1 : 0;
  }

  /** Which faults have had their effect: bit i for the fault i. */
  fired({ state: m, world }: Processes): number {
    let bits = 0;
    this.faults.forEach((_, i) => {
      if (m[this.firstFault + i]! > 0) bits |= 1 << i;
    });
    for (let n = 0; n < world.nrTasks; n++) {
      const armed = m[world.firstTask + n * world.taskWords + ARMED]!;
      // What it makes fail has not been called yet.
      if (armed > 0 && m[this.firstFault + armed - 1] === 1) bits &= ~(1 << (armed - 1));
    }
    return bits;
  }
}
