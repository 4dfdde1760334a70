/** Tries a number of schedules, and keeps one for each way in which the case ended. */
import type { Machine } from '../backends/backend.ts';
import { Draws } from '../backends/draws.ts';
import { firstWalk, randomChooser, toEnd, walk } from '../backends/walk.ts';
import type { Ending } from './exhaustive.ts';
import { Fingerprint, FingerprintSet } from './fingerprint.ts';
import { pctWalk } from './pct.ts';

export interface SampleOptions {
  readonly strategy: 'random' | 'pct';
  readonly schedules: number;
  readonly seed: string;
  /** pct: 1 and more. */
  readonly depth: number;
  readonly maxSteps: number;
}

export interface SampleResult {
  readonly endings: readonly Ending[];
  readonly schedules: number;
  /** Steps of all schedules together. */
  readonly transitions: number;
  /** For each fault that fired in some run: the moves of one in which it did. May be fewer: one run shows several. */
  readonly firing: readonly (readonly number[])[];
  /** The moves of a run that the limit cut; undefined when every run ended. */
  readonly cut?: readonly number[];
}

/** The number of steps of one run (the first walk), to place faults that may fire at any moment. */
export function lengthOfRun(machine: Machine, maxSteps: number): number {
  return toEnd(firstWalk(machine, maxSteps)).length;
}

/** Schedules of a case by their numbers, all from one seed: any one can be repeated by itself. */
export class Schedules {
  private readonly machine: Machine;
  private readonly options: Omit<SampleOptions, 'schedules'>;
  private readonly expectedSteps: number;
  private readonly draws: Draws;

  /** `expectedSteps`: from `lengthOfRun`. */
  constructor(
    machine: Machine,
    options: Omit<SampleOptions, 'schedules'>,
    expectedSteps = lengthOfRun(machine, options.maxSteps),
  ) {
    this.machine = machine;
    this.options = options;
    this.expectedSteps = expectedSteps;
    this.draws = new Draws(options.seed);
  }

  /** Runs schedule number `index`, from 0. The moves are overwritten by the next. */
  run(index: number): { readonly moves: ArrayLike<number>; readonly length: number; readonly isCut: boolean } {
    const { machine, draws, expectedSteps } = this;
    const { strategy, depth, maxSteps } = this.options;
    draws.goTo(index);
    const fast = strategy === 'random' ? machine.randomWalk : undefined;
    if (fast) {
      const isOver = fast.run(draws, expectedSteps, maxSteps);
      return { moves: fast.moves, length: fast.length, isCut: !isOver };
    }
    const random = (): number => draws.fraction();
    const { moves, end } =
      strategy === 'pct'
        ? pctWalk(machine, random, { steps: expectedSteps, depth, maxSteps })
        : walk(machine, randomChooser(machine, random, expectedSteps), maxSteps);
    return { moves, length: moves.length, isCut: end === 'cut' };
  }
}

/** Steps that are done in one slice, at least. */
const STEPS_PER_SLICE = 8_192;

/** Result of a slice of a sample. */
export interface SampleSlice {
  /** Schedules that were run so far. */
  readonly schedules: number;
  /** The ends that were met since the last slice. */
  readonly endings: readonly Ending[];
}

/** Runs the schedules one after the other. */
export function sample(machine: Machine, options: SampleOptions): SampleResult {
  return toEnd(sampleInSlices(machine, options));
}

/** The same in slices, for callers that do other work in between or need each end as it is found. */
export function* sampleInSlices(machine: Machine, options: SampleOptions): Generator<SampleSlice, SampleResult> {
  const none: SampleSlice = { schedules: 0, endings: [] };
  const first = firstWalk(machine, options.maxSteps);
  let walked = first.next();
  for (; !walked.done; walked = first.next()) yield none;
  const schedules = new Schedules(machine, options, walked.value.length);
  const ends = new Ends(machine);
  let transitions = 0;
  let yieldAt = STEPS_PER_SLICE;
  for (let i = 0; i < options.schedules; i++) {
    if (transitions >= yieldAt) {
      yieldAt = transitions + STEPS_PER_SLICE;
      yield { schedules: i, endings: ends.takeNew() };
    }
    const { moves, length, isCut } = schedules.run(i);
    transitions += length;
    if (isCut) {
      const cut = Array.from(moves).slice(0, length);
      return { endings: ends.all(), schedules: i + 1, transitions, firing: ends.firing, cut };
    }
    ends.reach(moves, length);
  }
  return { endings: ends.all(), schedules: options.schedules, transitions, firing: ends.firing };
}

/** The ways in which the schedules ended, each with the first moves that led there. */
class Ends {
  readonly firing: (readonly number[])[] = [];
  private fired = 0;
  private readonly machine: Machine;
  private readonly known = new Map<string, Ending>();
  private fresh: Ending[] = [];
  private readonly finals = new FingerprintSet();
  private readonly print = new Fingerprint();
  /** The first final state, and its fingerprint: the others differ in a few words. */
  private readonly first: Int32Array;
  private readonly firstPrint = new Fingerprint();

  constructor(machine: Machine) {
    this.machine = machine;
    this.first = machine.state.slice();
  }

  /** The machine stands at the end of these moves. */
  reach(moves: ArrayLike<number>, length: number): void {
    const { machine, finals, print, first, firstPrint, known } = this;
    if (finals.size === 0) {
      first.set(machine.state);
      firstPrint.of(first);
    }
    print.change(firstPrint.high, firstPrint.low, first, machine.state);
    const before = finals.size;
    if (finals.numberOf(print.high, print.low) < before) return;
    const fired = machine.fired?.() ?? 0;
    if ((fired & ~this.fired) !== 0) this.firing.push(Array.from(moves).slice(0, length));
    this.fired |= fired;
    const outcome = machine.outcome();
    const key = JSON.stringify(outcome);
    if (known.has(key)) return;
    const ending = { outcome, moves: Array.from({ length }, (_, i) => moves[i]!) };
    known.set(key, ending);
    this.fresh.push(ending);
  }

  /** The ends that were met since the last call. */
  takeNew(): readonly Ending[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }

  all(): readonly Ending[] {
    return [...this.known.values()];
  }
}
