/** How many worker processes a run gets when the user names no number: one or two for each core, where they save more than they cost. */
import { availableParallelism } from 'node:os';
import type { Case } from '../../model/case.ts';

/**
 * Milliseconds of work from which workers pay off. A worker loads the program and its scenario files, which takes about half a second,
 * and reports a file when it is complete.
 */
const WORTH = 4000;

/**
 * Backends whose cases mostly wait: for CRIU or a runtime to end, for time limits, for the kernel. 400 runs of a sweep took 48 s with two at a
 * time for each core, and 70 s with one.
 */
const WAITING: readonly string[] = ['criu', 'oci'];

/** A test, and the milliseconds that it took in a former run; undefined where none is recorded. */
export interface Expected {
  readonly c: Case;
  readonly backend: string;
  readonly duration: number | undefined;
}

/** From 1 to the number of cores, or to twice that number where most of the time is for cases that wait; 1: the run needs no worker. */
export function chooseWorkers(tests: readonly Expected[], cores: number = availableParallelism()): number {
  const work = sumDurations(tests);
  const waiting = sumDurations(tests.filter(({ backend }) => WAITING.includes(backend)));
  const most = waiting > work / 2 ? 2 * cores : cores;
  return work < WORTH ? 1 : Math.max(1, Math.min(most, tests.length));
}

function sumDurations(tests: readonly Expected[]): number {
  return tests.reduce((sum, test) => sum + (test.duration ?? guessDuration(test)), 0);
}

/** Milliseconds of a case that was never run, from the suite that ships. */
export function guessDuration({ c, backend }: Pick<Expected, 'c' | 'backend'>): number {
  if (backend === 'criu') return 500;
  if (backend === 'oci') return 2000;
  if (backend === 'native') return 100;
  return c.explore === undefined ? 10 : 100;
}
