/**
 * Continues a case from any step: which actors can move there, what happens when one does, and whether a property is then
 * violated. The machine is the one that made the record of the report.
 */
import type { SimulatedMachine } from '../../../src/backends/simulated/machine.ts';
import { searchAll } from '../../../src/explore/exhaustive.ts';
import { describe, follow } from '../../../src/explore/schedule.ts';
import type { Case } from '../../../src/model/case.ts';
import { expectations, judge } from '../../../src/properties/index.ts';
import type { RunRecord } from '../../../src/record/record.ts';
import type { End, Ending, Violation } from '../../../src/record/verdict.ts';

/** A run is cut here, as by the program. */
const MAX_STEPS = 100_000;

/** States after which the search for an outcome gives up: a second or two. */
const MAX_SEARCHED = 100_000;

/** An actor that can move. */
export interface Choice {
  readonly actor: number;
  /** `coordinator`, a pid, or the name of a fault. */
  readonly name: string;
  /** The step that it would do, as schedules name it; undefined for a fault that fires. */
  readonly step: string | undefined;
}

/** A run as far as it was played. */
export interface Branch {
  /** The actors that moved, step by step. */
  readonly moves: readonly number[];
  readonly record: RunRecord;
  readonly violations: readonly Violation[];
  /** What can happen next; nothing when the run is over. */
  readonly choices: readonly Choice[];
}

export class Player {
  readonly machine: SimulatedMachine;
  readonly case: Case;

  constructor(machine: SimulatedMachine) {
    this.machine = machine;
    this.case = machine.subject;
  }

  /** The moves of a recorded run. */
  movesOf(record: RunRecord): readonly number[] {
    return follow(this.machine, record.schedule ?? [], MAX_STEPS).moves;
  }

  /** The run of these moves. Each has to be one that was a choice. */
  play(moves: readonly number[]): Branch {
    const machine = this.machine;
    const schedule = describe(machine, moves);
    const choices = this.#choices();
    const record = machine.record(null, schedule, choices.length === 0 ? 'over' : 'cut');
    return { moves: [...moves], record, violations: this.#judge(record), choices };
  }

  /** The run of these moves to its end: each actor goes on for as long as it can, faults last. */
  finish(moves: readonly number[]): Branch {
    const machine = this.machine;
    machine.reset();
    const all = [...moves];
    for (const actor of moves) machine.step(actor);
    const enabled = new Int32Array(machine.actors.length);
    while (all.length < MAX_STEPS && machine.enabled(enabled) > 0) {
      all.push(enabled[0]!);
      machine.step(enabled[0]!);
    }
    return this.play(all);
  }

  /** A shortest run with this outcome, if a search of bounded size meets one. */
  findEnding(ending: Ending): Branch | undefined {
    const { endings } = searchAll(this.machine, { maxStates: MAX_SEARCHED });
    const wanted = outcomeKey(ending);
    const found = endings.find(({ outcome }) => outcomeKey(outcome) === wanted);
    return found && this.play(found.moves);
  }

  #choices(): Choice[] {
    const machine = this.machine;
    const enabled = new Int32Array(machine.actors.length);
    return [...enabled.subarray(0, machine.enabled(enabled))].map((actor) => ({
      actor,
      name: machine.actors[actor]!,
      step: actor < machine.firstEvent ? machine.label(actor) : undefined,
    }));
  }

  /** A run that is not over is judged by its events only: it has no end yet that could contradict an expectation. */
  #judge(record: RunRecord): Violation[] {
    const violations = [...judge(this.case, record)];
    return record.end === 'cut' ? violations : [...violations, ...expectations(this.case, record)];
  }
}

/** What distinguishes the outcomes of a case. */
function outcomeKey({ coordinator, tasks, restores }: Pick<Ending, 'coordinator' | 'tasks' | 'restores'>): string {
  const key = ({ end, at, result, record }: End) => [end, at, result, record];
  return JSON.stringify([key(coordinator), Object.entries(tasks).map(([pid, task]) => [pid, key(task)]), restores]);
}
