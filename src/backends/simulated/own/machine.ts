/** The machine of a protocol of one's own: its compiled steps, its memory and the faults, one step at a time. */
import type { Case, TaskId } from '../../../model/case.ts';
import type { RunRecord } from '../../../record/record.ts';
import type { ProtocolCoverage } from '../../../record/verdict.ts';
import { faultsIn, type Machine, type OpenOptions, type Outcome } from '../../backend.ts';
import { Visits } from '../coverage.ts';
import { type Build, beginStep, Stopped } from './build.ts';
import { type Event, OwnFaults, type Processes } from './faults.ts';
import { BROKEN, DUE, KILLED, LIFE, PC, RUNNING, STOPPED, STOPPED_AT, WOKEN, type World } from './layout.ts';
import { finalOf, findingsOf, outcomeOf } from './outcome.ts';
import { OwnReduction } from './reduction.ts';
import { OwnTracer } from './trace.ts';

export class OwnMachine implements Machine, Processes {
  readonly actors: readonly string[];
  readonly firstEvent: number;
  readonly state: Int32Array;
  readonly world: World;
  readonly build: Build;
  /** The processes by their numbers: `coordinator`, then pids. */
  readonly ids: readonly TaskId[];
  private readonly case: Case;
  private readonly start: Int32Array;
  private readonly faults: OwnFaults;
  private readonly reduction: OwnReduction;
  private readonly tracer: OwnTracer | undefined;
  private readonly visits: Visits | undefined;

  /** The case is one that is not refused. */
  constructor(c: Case, build: Build, { trace = false, coverage = false }: OpenOptions = {}) {
    const { layout, protocol, taskWords } = build;
    this.case = c;
    this.build = build;
    this.ids = ['coordinator', ...c.tasks.map(({ pid }) => pid)];
    this.faults = new OwnFaults(c, protocol, layout.firstFault, this.ids);
    const firstTask = layout.firstFault + c.faults.length;
    const parents = c.tasks.map(({ parent }) => Math.max(0, this.ids.indexOf(parent)));
    this.world = {
      nrTasks: this.ids.length,
      firstTask,
      taskWords,
      parent: Int32Array.from([0, ...parents]),
      ...this.faults.failures,
    };
    this.state = new Int32Array(firstTask + this.ids.length * taskWords);
    this.firstEvent = this.ids.length;
    this.actors = [...this.ids.map(String), ...this.faults.events.map((event) => this.nameEvent(event))];
    this.reduction = new OwnReduction(build, this.faults);
    this.tracer = trace ? new OwnTracer(this, c) : undefined;
    this.visits = coverage ? new Visits(build, protocol.stages) : undefined;
    this.settle();
    this.start = this.state.slice();
    this.tracer?.begin();
  }

  private nameEvent({ fault, target }: Event): string {
    const { name, targets } = this.case.faults[fault]!;
    return targets.length === 1 ? name : `${name} ${this.ids[target]}`;
  }

  /** Every process stands before its first step. */
  private settle(): void {
    const { state: m, build, world } = this;
    build.protocol.words.forEach(({ perProcess, initial }, i) => {
      const place = build.layout.places[i]!;
      if (!perProcess) m[place] = initial;
      else for (let n = 0; n < world.nrTasks; n++) m[this.at(n) + place] = initial;
    });
    this.faults.start(m);
    for (let n = 0; n < world.nrTasks && m[STOPPED] === 0; n++) this.run(n);
    this.afterStep();
  }

  /** The address of a process. */
  at(process: number): number {
    return this.world.firstTask + process * this.world.taskWords;
  }

  reset(): void {
    this.state.set(this.start);
    this.tracer?.begin();
  }

  /** The value that the next step looks at; undefined where the step will stop the run. */
  private touch(process: number, pc: number): number | undefined {
    try {
      beginStep();
      return this.build.touches[pc]!(this.state, this.world, this.at(process));
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      throw error;
    }
  }

  /** The address that the next step of a process touches; undefined: none. */
  touched(process: number): number | undefined {
    return this.touch(process, this.state[this.at(process) + PC]!);
  }

  isAsleep(process: number): boolean {
    const m = this.state;
    const at = this.at(process);
    const pc = m[at + PC]!;
    if (m[at + LIFE] !== RUNNING || this.build.sites[pc]?.kind !== 'wait') return false;
    return m[at + WOKEN] === 0 && this.touch(process, pc) === 0;
  }

  callAt(process: number): number {
    return this.build.sites[this.state[this.at(process) + PC]!]?.call ?? -1;
  }

  private readonly canMove = (process: number): boolean =>
    this.state[this.at(process) + LIFE] === RUNNING && !this.isAsleep(process);

  enabled(out: Int32Array): number {
    const m = this.state;
    if (m[STOPPED] !== 0) return 0;
    let n = 0;
    if (m[DUE] === 0) for (let i = 0; i < this.firstEvent; i++) if (this.canMove(i)) out[n++] = i;
    const { events } = this.faults;
    for (let i = 0; i < events.length; i++) if (this.faults.canFire(events[i]!, this)) out[n++] = this.firstEvent + i;
    return n;
  }

  step(actor: number): void {
    this.tracer?.before(actor);
    if (actor >= this.firstEvent) this.faults.fire(this.faults.events[actor - this.firstEvent]!, this);
    else this.run(actor);
    this.afterStep();
    this.tracer?.after();
  }

  /** The process goes on to its next step. */
  private run(process: number): void {
    const m = this.state;
    const at = this.at(process);
    const pc = m[at + PC]!;
    try {
      beginStep();
      this.build.steps[pc]!(m, this.world, at);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      m[STOPPED] = error.reason;
      m[STOPPED_AT] = pc + 1;
    }
    // A process that has killed itself goes nowhere.
    if (m[at + LIFE] === KILLED) m[at + PC] = 0;
    const stage = this.faults.arrive(m, process, at);
    if (stage > 0) this.tracer?.arrived(process, stage);
    this.visits?.mark(pc, m[at + PC]!, stage);
  }

  private afterStep(): void {
    const m = this.state;
    for (let n = 0; n < this.world.nrTasks; n++) if (m[this.at(n) + LIFE] === KILLED) m[this.at(n) + PC] = 0;
    if (m[DUE] !== 0) this.faults.passOver(this);
    this.build.protocol.properties.forEach(({ holds }, i) => {
      if (holds === 'always' && (m[BROKEN]! & (1 << i)) === 0 && !this.holds(i)) m[BROKEN]! |= 1 << i;
    });
  }

  /** Whether the property with this number holds in this state. One whose check cannot go on does not. */
  holds(property: number): boolean {
    try {
      beginStep();
      return this.build.checks[property]!(this.state, this.world, this.world.firstTask) !== 0;
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  }

  label(actor: number): string {
    if (actor >= this.firstEvent) return 'fault';
    return this.build.sites[this.state[this.at(actor) + PC]!]!.label;
  }

  alone(actor: number): boolean {
    return actor < this.firstEvent && this.reduction.alone(this, actor);
  }

  firstAlone(): number {
    return this.reduction.first(this, this.canMove);
  }

  /** Whether no actor can move. */
  isOver(): boolean {
    return this.enabled(new Int32Array(this.actors.length)) === 0;
  }

  fired(): number {
    return this.faults.fired(this);
  }

  outcome(): Outcome {
    return outcomeOf(this);
  }

  coverage(): ProtocolCoverage | undefined {
    return this.visits?.coverage();
  }

  record(seed: string | null, schedule: readonly string[], end: RunRecord['end']): RunRecord {
    if (!this.tracer) throw new Error('a record needs a machine that was opened with trace');
    const { case: c, build } = this;
    return {
      version: 1,
      backend: 'simulated',
      protocol: build.protocol.file,
      case: c.id,
      seed,
      schedule,
      events: this.tracer.events,
      final: finalOf(this),
      findings: findingsOf(this),
      ...(c.faults.length > 0 && { fired: faultsIn(c, this.fired()) }),
      own: {
        stages: build.protocol.stages,
        words: build.protocol.words.map(({ name, perProcess, initial }) => ({ name, perProcess, initial })),
      },
      end: this.state[STOPPED] !== 0 ? 'crashed' : end,
    };
  }
}
