/** The limits of the cases of one file, and of all files of a run, so that no small file causes a large amount of work. */
import v8 from 'node:v8';
import type { Complain } from './complain.ts';
import { MAX_CASE_VALUES, MAX_CASES, MAX_TASKS_PER_FILE } from './limits.ts';
import type { Path } from './source/raw.ts';

/** Bytes that a case takes, from its file to its line in a report; measured, and rounded up. */
const PER_CASE = 6_144;
/** Of a task in a tree, an image, or an expectation. */
const PER_TASK = 128;
/** Of a value that differs from case to case. */
const PER_VALUE = 64;
/** Of a character of a file, with the places of what it says. */
const PER_CHARACTER = 32;
/** The part of the heap that may be full before the first case runs. */
const PART_OF_HEAP = 0.4;

/** The memory that the loaded files of one run may take together, so that Node's heap has room for running them. */
export class LoadBudget {
  /** Bytes. */
  readonly limit: number;
  #left: number;

  /** `limit`: bytes; by default as much as fits the heap of this process. */
  constructor(limit = Math.floor(PART_OF_HEAP * v8.getHeapStatistics().heap_size_limit)) {
    this.limit = limit;
    this.#left = limit;
  }

  /** Takes the share of a text; false when less is left. */
  takeText(characters: number): boolean {
    return this.take(characters * PER_CHARACTER);
  }

  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** The mistake when it is used up, with a hint. */
  get exceeded(): { readonly message: string; readonly expected: string; readonly hint: string } {
    const mebibytes = Math.floor(this.limit / 2 ** 20).toLocaleString('en-US');
    return {
      message: 'the scenario files of this run take too much memory',
      expected: `trees and cases that fit ${mebibytes} MiB together`,
      hint: 'run them in several parts, or let Node have more memory: NODE_OPTIONS=--max-old-space-size=<MiB>',
    };
  }
}

export class Budget {
  readonly #run: LoadBudget;
  #cases = MAX_CASES;
  #values = MAX_CASE_VALUES;
  readonly #tasks = { trees: MAX_TASKS_PER_FILE, images: MAX_TASKS_PER_FILE, expectations: MAX_TASKS_PER_FILE };

  /** `run`: what all files of the run share; by default this file is all of it. */
  constructor(run = new LoadBudget()) {
    this.#run = run;
  }

  /** Whether a document may have so many cases, and so many values that differ between them. */
  takeCases(cases: number, values: number, complain: Complain): boolean {
    this.#cases -= cases;
    this.#values -= values;
    const path = ['matrix'];
    if (this.#cases < 0) {
      const message = `the matrix makes ${cases} cases`;
      complain({ path, part: 'key', message, expected: `at most ${MAX_CASES} cases in a file` });
    } else if (this.#values < 0) {
      const message = `the matrix makes ${cases} cases in which ${values} values differ`;
      complain({ path, part: 'key', message, expected: `at most ${MAX_CASE_VALUES} such values in a file` });
    } else if (!this.#run.take(cases * PER_CASE + values * PER_VALUE)) {
      complain({ path: ['scenario'], part: 'key', ...this.#run.exceeded });
      return false;
    }
    return this.#cases >= 0 && this.#values >= 0;
  }

  /** Whether so many more tasks may be made for the thing at `path`. */
  takeTasks(kind: 'trees' | 'images' | 'expectations', tasks: number, path: Path, complain: Complain): boolean {
    this.#tasks[kind] -= tasks;
    if (this.#tasks[kind] >= 0) {
      if (this.#run.take(tasks * PER_TASK)) return true;
      complain({ path, part: 'key', ...this.#run.exceeded });
      return false;
    }
    const message = `the ${kind} of all cases of this file have too many tasks`;
    complain({ path, part: 'key', message, expected: `at most ${MAX_TASKS_PER_FILE} in a file` });
    return false;
  }
}
