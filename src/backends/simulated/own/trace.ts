/** Writes down the steps of a protocol of one's own: found by comparing the memory before and after each. */
import type { Case, TaskId } from '../../../model/case.ts';
import type { Point } from '../../../model/points.ts';
import type { Site } from '../../../protocol/own/protocol.ts';
import type { Actor, Effect, RunEvent } from '../../../record/record.ts';
import { ARRIVED, DUE, KILLED, LIFE, PC, RESULT, RETURNED, STAGE, STOPPED } from './layout.ts';
import type { OwnMachine } from './machine.ts';
import { findingsOf } from './outcome.ts';

export class OwnTracer {
  events: RunEvent[] = [];
  private step = 0;
  private actor: Actor = 'environment';
  private mover = 0;
  private memory = new Int32Array(0);
  private asleep: boolean[] = [];
  private broken = new Set<string>();
  /** Processes that have arrived at a stage in this step. */
  private readonly arrivals: (readonly [process: number, stage: number])[] = [];
  private readonly machine: OwnMachine;
  private readonly case: Case;

  constructor(machine: OwnMachine, c: Case) {
    this.machine = machine;
    this.case = c;
  }

  /** The run begins again. */
  begin(): void {
    this.events = [];
    this.step = 0;
    this.broken = new Set();
    this.arrivals.length = 0;
    this.asleep = this.sleepers();
    // A process stands at a stage before its first step where nothing is done before that.
    const { state, ids } = this.machine;
    ids.forEach((id, n) => {
      const stage = state[this.machine.at(n) + STAGE]! & ~ARRIVED;
      if (stage > 0) this.arriveAt(stage, id);
    });
  }

  private arriveAt(stage: number, id: TaskId): void {
    this.add({ kind: 'point', point: this.machine.build.protocol.stages[stage - 1]! as Point }, id);
  }

  private add(effect: Effect, actor: Actor = this.actor): void {
    this.events.push({ step: this.step, actor, ...effect });
  }

  /** A step of this actor begins. */
  before(mover: number): void {
    const { machine } = this;
    this.step++;
    this.mover = mover;
    this.actor = machine.ids[mover] ?? 'environment';
    this.memory = machine.state.slice();
    if (mover >= machine.firstEvent) return this.fault(mover);
    const site = machine.build.sites[machine.state[machine.at(mover) + PC]!];
    if (!site) return;
    // What is read and written has an event of its own.
    if (site.isNamed || site.word === undefined) this.add({ kind: 'step', name: stepName(site), line: site.line });
    if (site.kind !== 'load') return;
    const address = machine.touched(mover);
    const word = address === undefined ? undefined : this.wordAt(address);
    if (word) this.add({ kind: 'load', ...word, value: machine.state[address!]! });
  }

  private fault(mover: number): void {
    const [name, target] = this.machine.actors[mover]!.split(' ');
    const fault = this.case.faults.find((one) => one.name === name)!;
    const only = fault.targets.length === 1 ? fault.targets[0]! : Number(target);
    const hit: TaskId = target === 'coordinator' ? 'coordinator' : only;
    this.add({ kind: 'fault', fault: fault.name, verb: fault.verb, target: hit });
  }

  arrived(process: number, stage: number): void {
    this.arrivals.push([process, stage]);
  }

  /** The step has ended. */
  after(): void {
    this.writes();
    for (const [process, stage] of this.arrivals.splice(0)) this.arriveAt(stage, this.machine.ids[process]!);
    this.lives();
    this.sleeps();
    for (const finding of findingsOf(this.machine)) {
      if (this.broken.has(finding.at)) continue;
      this.broken.add(finding.at);
      this.add({ kind: 'finding', finding });
    }
  }

  private writes(): void {
    const { state } = this.machine;
    for (let address = DUE + 1; address < state.length; address++) {
      if (state[address] === this.memory[address]) continue;
      const word = this.wordAt(address);
      if (word) this.add({ kind: 'store', ...word, value: state[address]! });
    }
  }

  /** The word at an address, and whose it is; undefined for what is no word of the protocol. */
  private wordAt(address: number): { word: string; of?: TaskId } | undefined {
    const { build, world, ids } = this.machine;
    const { words } = build.protocol;
    const isShared = address < world.firstTask;
    const process = Math.floor((address - world.firstTask) / world.taskWords);
    const place = isShared ? address : (address - world.firstTask) % world.taskWords;
    const number = build.layout.places.findIndex((one, i) => one === place && words[i]!.perProcess !== isShared);
    if (number === -1) return undefined;
    return { word: words[number]!.name, ...(!isShared && { of: ids[process]! }) };
  }

  private lives(): void {
    const { machine } = this;
    const { state } = machine;
    machine.ids.forEach((id, n) => {
      const at = machine.at(n);
      if (state[at + LIFE] === this.memory[at + LIFE]) return;
      if (state[at + LIFE] === RETURNED) this.add({ kind: 'return', result: state[at + RESULT]!, own: true }, id);
      if (state[at + LIFE] !== KILLED) return;
      if (this.actor !== 'environment') this.add({ kind: 'signal', task: id, signal: 'SIGKILL', force: true });
      this.add({ kind: 'exit', how: 'killed', code: 9 }, id);
    });
  }

  private sleepers(): boolean[] {
    return this.machine.ids.map((_, n) => this.machine.isAsleep(n));
  }

  private sleeps(): void {
    const { machine } = this;
    if (machine.state[STOPPED] !== 0) return;
    const asleep = this.sleepers();
    machine.ids.forEach((id, n) => {
      const at = machine.at(n);
      if (asleep[n] && !this.asleep[n]) {
        const { label } = machine.build.sites[machine.state[at + PC]!]!;
        this.add({ kind: 'sleep', on: label.slice(label.indexOf(': ') + 2) }, id);
      }
      const wakes = !asleep[n] && this.asleep[n] && n !== this.mover && machine.state[at + LIFE] !== KILLED;
      if (wakes) this.add({ kind: 'wake', task: id });
    });
    this.asleep = asleep;
  }
}

/** What the step is called, without its function. */
function stepName({ kind, isNamed, label }: Site): string {
  if (kind === 'wait' && !isNamed) return 'ends its wait';
  return label.slice(label.indexOf(': ') + 2);
}
