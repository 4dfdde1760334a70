/** Records what happens on a schedule. */
import type { Machine, Plan, SchedulableBackend } from '../backends/backend.ts';
import { toEnd } from '../backends/walk.ts';
import { describeInSlices } from '../explore/index.ts';
import { judgeInSlices } from '../properties/index.ts';
import type { RunRecord } from '../record/record.ts';

/** A record with more events is judged here, in slices: to judge it at once takes seconds, in which no signal is handled. */
const LARGE = 100_000;

/** A machine with a trace, for the few schedules that are judged. */
export class Recorder {
  readonly #backend: SchedulableBackend;
  readonly #plan: Plan;
  #machine: Machine | undefined;

  constructor(backend: SchedulableBackend, plan: Plan) {
    this.#backend = backend;
    this.#plan = plan;
  }

  /** Opened at first use: of a large tree that takes a moment, and a search may end before. */
  get machine(): Machine {
    this.#machine ??= this.#backend.open(this.#plan, { trace: true });
    return this.#machine;
  }

  /** The record of these moves. */
  record(moves: readonly number[], end: RunRecord['end'] = 'over'): RunRecord {
    return toEnd(this.recordInSlices(moves, end));
  }

  /** The same in slices, for callers that do other work in between. */
  *recordInSlices(moves: readonly number[], end: RunRecord['end'] = 'over'): Generator<void, RunRecord> {
    const words = yield* describeInSlices(this.machine, moves);
    const record = this.machine.record(null, words, end);
    yield;
    if (record.events.length > LARGE) yield* judgeInSlices(this.#plan.case, record);
    return record;
  }
}
