/** How many worker processes a run gets when the user names no number: one for each core, where they save more than they cost. */
import { availableParallelism } from 'node:os';
import type { Case } from '../../model/case.ts';

/**
 * Milliseconds of work from which workers pay off. A worker loads the program and its scenario files, which takes about half a second,
 * and reports a file when it is complete.
 */
const WORTH = 4000;

/** A test, and the milliseconds that it took in a former run; undefined where none is recorded. */
export interface Expected {
  readonly c: Case;
  readonly backend: string;
  readonly duration: number | undefined;
}

/** From 1 to the number of cores; 1: the run needs no worker. */
export function chooseWorkers(tests: readonly Expected[], cores: number = availableParallelism()): number {
  const work = tests.reduce((sum, test) => sum + (test.duration ?? guessDuration(test)), 0);
  return work < WORTH ? 1 : Math.max(1, Math.min(cores, tests.length));
}

/** Milliseconds of a case that was never run, from the suite that ships. */
export function guessDuration({ c, backend }: Pick<Expected, 'c' | 'backend'>): number {
  if (backend === 'criu') return 500;
  if (backend === 'native') return 100;
  return c.explore === undefined ? 10 : 100;
}
