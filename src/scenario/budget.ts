/** What the cases of one file may take together, so that no small file makes a large amount of work. */
import type { Complain } from './complain.ts';
import { MAX_CASE_VALUES, MAX_CASES, MAX_TASKS_PER_FILE } from './limits.ts';
import type { Path } from './source/raw.ts';

export class Budget {
  #cases = MAX_CASES;
  #values = MAX_CASE_VALUES;
  readonly #tasks = { trees: MAX_TASKS_PER_FILE, images: MAX_TASKS_PER_FILE, expectations: MAX_TASKS_PER_FILE };

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
    }
    return this.#cases >= 0 && this.#values >= 0;
  }

  /** Whether so many more tasks may be made for the thing at `path`. */
  takeTasks(kind: 'trees' | 'images' | 'expectations', tasks: number, path: Path, complain: Complain): boolean {
    this.#tasks[kind] -= tasks;
    if (this.#tasks[kind] >= 0) return true;
    const message = `the ${kind} of all cases of this file have too many tasks`;
    complain({ path, part: 'key', message, expected: `at most ${MAX_TASKS_PER_FILE} in a file` });
    return false;
  }
}
