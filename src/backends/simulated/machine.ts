/** A simulated machine: the compiled model, its memory, and the events of the environment, one step at a time. */
import type { Case, TaskId } from '../../model/case.ts';
import type { ProtocolFacts } from '../../protocol/stacks.ts';
import type { RunRecord } from '../../record/record.ts';
import type { ProtocolCoverage } from '../../record/verdict.ts';
import { faultsIn, type Machine, type Outcome, type RandomWalk, type Walker } from '../backend.ts';
import type { Compiled } from './compile/link.ts';
import { Visits } from './coverage.ts';
import { canFire, type Event, fire, hasFired, passOver } from './faults.ts';
import { ACQUIRE, ACQUIRE_READ } from './kernel/access.ts';
import { DELAYED, DUE, FLAGS, OOPS, OOPS_AT, PC, POINT, PREPARED, RUNNING, STATE } from './kernel/layout.ts';
import { type Listener, m, OOPSED, use } from './kernel/memory.ts';
import type { World } from './kernel/world.ts';
import { buildOutcome, collectFindings, finalState } from './outcome.ts';
import { RandomRun } from './random-run.ts';
import { type Condition, type Guard, Reduction } from './reduction.ts';
import { Tracer } from './trace.ts';
import { SimulatedWalker } from './walker.ts';
import { flattenTasks, forkedByFaults, POINT_NAMES, setUp } from './world.ts';

export interface MachineOptions {
  readonly trace?: boolean;
  readonly coverage?: boolean;
  /** A condition of the reduction that is taken for granted (tests). */
  readonly loosened?: Condition | Guard;
}

const nobodyListens = (): void => {};

/** The ways in which faults can fire, in the order of their numbers; one that waits for the Nth call fires by itself. */
export function listEvents({ faults }: World): Event[] {
  return faults.flatMap((fault, i): Event[] => {
    if (fault.call > 0 && !fault.waits) return [];
    const targets = fault.targets.length > 0 && fault.errno === 0 ? [...fault.targets] : [0];
    return targets.map((target) => ({ fault: i, target }));
  });
}

export class SimulatedMachine implements Machine {
  readonly actors: readonly string[];
  readonly firstEvent: number;
  readonly state: Int32Array;
  readonly world: World;
  readonly compiled: Compiled;
  private readonly case: Case;
  private readonly protocol: ProtocolFacts;
  private readonly start: Int32Array;
  readonly events: readonly Event[];
  private readonly ids: readonly TaskId[];
  private readonly tracer: Tracer | null;
  private readonly listener: Listener | null;
  private readonly reduction: Reduction;
  readonly visits: Visits | null;
  private randomRun: RandomRun | undefined;
  private wake: (task: number) => void = nobodyListens;
  /** The task that ran into the kernel defect that stopped the last run. */
  crashed = 0;

  /** `compiled`: of this protocol, for `trace` and the `debug` of the case's restart. */
  constructor(c: Case, protocol: ProtocolFacts, compiled: Compiled, options: MachineOptions = {}) {
    const trace = options.trace ?? false;
    this.compiled = compiled;
    const { world, memory } = setUp(c, this.compiled.taskWords);
    this.case = c;
    this.protocol = protocol;
    this.world = world;
    this.state = memory;
    this.events = listEvents(world);
    this.ids = ['coordinator', ...[...flattenTasks(c), ...forkedByFaults(c)].map((task) => task.pid)];
    this.firstEvent = world.nrTasks;
    this.actors = [...this.ids.map(String), ...this.events.map((event) => this.nameEvent(event))];
    this.tracer = trace ? new Tracer(c, world, this.ids) : null;
    this.listener = this.tracer ? this.tracer.hear : null;
    this.visits = options.coverage ? new Visits(this.compiled, POINT_NAMES.slice(1)) : null;
    this.reduction = new Reduction(this.compiled, world, protocol, options.loosened);
    this.settle();
    this.start = this.state.slice();
    this.tracer?.clear();
  }

  private nameEvent(event: Event): string {
    const fault = this.world.faults[event.fault]!;
    if (fault.targets.length < 2 || event.target === 0) return fault.name;
    return `${fault.name} ${this.ids[this.numberOf(event.target)]}`;
  }

  private numberOf(task: number): number {
    return (task - this.world.firstTask) / this.world.taskWords;
  }

  /** Every task stands before its first step. */
  private settle(): void {
    this.load();
    const { firstTask, nrTasks, taskWords } = this.world;
    for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
      this.compiled.steps[0]!(this.state, this.world, task);
    }
    if (this.state[DUE] !== 0) passOver();
  }

  /** Puts this machine in the kernel's place. */
  load(): void {
    if (m === this.state) return;
    use(this.state, this.world, this.listener, this.wake);
  }

  reset(): void {
    if (this.wake !== nobodyListens) this.wakeBy(nobodyListens);
    this.state.set(this.start);
    this.tracer?.clear();
  }

  walker(ranks?: Int32Array): Walker {
    const walker = new SimulatedWalker(this, ranks);
    this.wakeBy(walker.wake);
    return walker;
  }

  /** From now on this is called with each task that becomes able to move. */
  private wakeBy(wake: (task: number) => void): void {
    this.wake = wake;
    use(this.state, this.world, this.listener, wake);
  }

  /** Whether the task is not asleep, and has a next step. */
  isAwake(task: number): boolean {
    const state = this.state[task + STATE]!;
    return (state === RUNNING || state === PREPARED) && this.state[task + PC] !== 0;
  }

  /** Whether the task could do its next step: it is not asleep, and no lock that it wants is held. */
  canMove(task: number): boolean {
    if (!this.isAwake(task)) return false;
    const m = this.state;
    const pc = m[task + PC]!;
    const mode = this.compiled.modes[pc]!;
    if (mode < ACQUIRE || mode > ACQUIRE_READ) return true;
    const word = m[this.compiled.touches[pc]!(m, this.world, task) + this.compiled.fieldOffsets[pc]!]!;
    return mode === ACQUIRE ? word === 0 : word >= 0;
  }

  enabled(out: Int32Array): number {
    const m = this.state;
    if (m[OOPS] !== 0) return 0;
    this.load();
    let n = 0;
    if (m[DUE] !== 0) {
      for (let i = 0; i < this.events.length; i++) {
        if (canFire(this.events[i]!)) out[n++] = this.firstEvent + i;
      }
      return n;
    }
    const { firstTask, nrTasks, taskWords } = this.world;
    let delayed = 0;
    for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
      if (!this.canMove(task)) continue;
      if ((m[task + FLAGS]! & DELAYED) !== 0) delayed++;
      else out[n++] = i;
    }
    if (n === 0 && delayed > 0) {
      for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
        if ((m[task + FLAGS]! & DELAYED) !== 0 && this.canMove(task)) out[n++] = i;
      }
    }
    for (let i = 0; i < this.events.length; i++) {
      if (canFire(this.events[i]!)) out[n++] = this.firstEvent + i;
    }
    return n;
  }

  step(actor: number): void {
    this.load();
    const m = this.state;
    this.tracer?.begin(actor);
    if (actor >= this.firstEvent) fire(this.events[actor - this.firstEvent]!);
    else {
      const task = this.world.firstTask + actor * this.world.taskWords;
      m[task + FLAGS]! &= ~DELAYED;
      const pc = m[task + PC]!;
      try {
        this.compiled.steps[pc]!(m, this.world, task);
      } catch (error) {
        if (error !== OOPSED) throw error;
        m[OOPS_AT] = pc + 1;
        this.crashed = task;
        this.tracer?.oops(collectFindings(this).at(-1)!);
      }
      this.visits?.mark(pc, m[task + PC]!, m[task + POINT]!);
    }
    if (m[DUE] !== 0) passOver();
  }

  coverage(): ProtocolCoverage | undefined {
    return this.visits?.coverage();
  }

  label(actor: number): string {
    if (actor >= this.firstEvent) return 'fault';
    return this.compiled.labels[this.state[this.taskOf(actor) + PC]!]!;
  }

  /** The pointer of a task by its number. */
  taskOf(actor: number): number {
    return this.world.firstTask + actor * this.world.taskWords;
  }

  alone(actor: number): boolean {
    if (actor >= this.firstEvent) return false;
    this.load();
    return this.reduction.alone(this.state, this.taskOf(actor), this.events);
  }

  firstAlone(): number {
    const { state: m, reduction, events } = this;
    /* an event that is due fires before any task moves */
    if (m[OOPS] !== 0 || m[DUE] !== 0) return -1;
    this.load();
    const { firstTask, nrTasks, taskWords } = this.world;
    for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
      if (reduction.isEver(m[task + PC]!) && this.canMove(task) && reduction.alone(m, task, events)) return i;
    }
    return -1;
  }

  outcome(): Outcome {
    return buildOutcome(this);
  }

  fired(): number {
    const { state, world } = this;
    let bits = 0;
    for (let i = 0; i < world.faults.length; i++) if (hasFired(state, world, i)) bits |= 1 << i;
    return bits;
  }

  /** None for a machine that writes down what happens. */
  get randomWalk(): RandomWalk | undefined {
    if (this.tracer) return undefined;
    if (!this.randomRun) {
      this.reset();
      this.randomRun = new RandomRun(this);
    }
    return this.randomRun;
  }

  /** The tasks by their numbers: `coordinator`, then pids. */
  get lanes(): readonly TaskId[] {
    return this.ids;
  }

  get subject(): Case {
    return this.case;
  }

  record(seed: string | null, schedule: readonly string[], end: RunRecord['end']): RunRecord {
    if (!this.tracer) throw new Error('a record needs a machine that was opened with trace');
    return {
      version: 1,
      backend: 'simulated',
      protocol: this.protocol.name,
      case: this.case.id,
      seed,
      schedule,
      events: this.tracer.events,
      final: finalState(this),
      findings: collectFindings(this),
      ...(this.case.faults.length > 0 && { fired: faultsIn(this.case, this.fired()) }),
      end: this.state[OOPS] !== 0 ? 'crashed' : end,
    };
  }
}
