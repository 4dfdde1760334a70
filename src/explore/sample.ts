/** Tries a number of schedules, and keeps one for each way in which the case ended. */
import seedrandom from 'seedrandom';
import type { Machine, Outcome } from '../backends/backend.ts';
import { type Chooser, firstComes, randomChooser, walk } from '../backends/walk.ts';
import { type Ending, toEnd } from './exhaustive.ts';
import { pctChooser } from './pct.ts';

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
  /** The moves of a run that the limit cut; undefined when every run ended. */
  readonly cut?: readonly number[];
}

/** The steps that one run takes, to place what comes at any moment: those of the first walk. */
export function lengthOfRun(machine: Machine, maxSteps: number): number {
  return walk(machine, firstComes, maxSteps).moves.length;
}

/**
 * The choices of one schedule of a case: number `index`, from 0, of those that the seed stands for. The generator is
 * seeded once for each schedule with a text that names it, so any one can be repeated by itself.
 */
export function chooserOf(
  machine: Machine,
  options: Omit<SampleOptions, 'schedules' | 'maxSteps'>,
  length: number,
  seed: string,
): Chooser {
  const random = seedrandom.alea(seed);
  return options.strategy === 'pct'
    ? pctChooser(machine, random, length, options.depth)
    : randomChooser(machine, random, length);
}

/** Schedules that are run in one slice. */
const SCHEDULES_PER_SLICE = 64;

/** Runs the schedules one after the other. */
export function sample(machine: Machine, options: SampleOptions): SampleResult {
  return toEnd(sampleInSlices(machine, options));
}

/** The same a slice at a time, for callers that have other things to see to. */
export function* sampleInSlices(machine: Machine, options: SampleOptions): Generator<void, SampleResult> {
  const length = lengthOfRun(machine, options.maxSteps);
  const seen = new Map<string, Ending>();
  let transitions = 0;
  let schedules = 0;
  let cut: readonly number[] | undefined;
  while (schedules < options.schedules && cut === undefined) {
    const seed = options.schedules === 1 ? options.seed : `${options.seed}/${schedules}`;
    const { moves, end } = walk(machine, chooserOf(machine, options, length, seed), options.maxSteps);
    schedules++;
    if (schedules % SCHEDULES_PER_SLICE === 0) yield;
    transitions += moves.length;
    if (end === 'cut') {
      cut = moves;
      break;
    }
    const outcome: Outcome = machine.outcome();
    const key = JSON.stringify(outcome);
    if (!seen.has(key)) seen.set(key, { outcome, moves });
  }
  return { endings: [...seen.values()], schedules, transitions, ...(cut && { cut }) };
}
