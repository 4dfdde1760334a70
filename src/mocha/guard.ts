/**
 * Keeps a broken reporter from passing for a green run. Mocha calls a reporter from inside its own machinery: one that
 * throws there can end a serial run with exit code 0. The guard catches and reports it, and makes the run fail.
 */
import { EXIT } from '../boundary/exit-code.ts';
import { CannotWrite } from '../boundary/write-file.ts';

/** What the guard needs of Mocha's runner: the count that becomes the exit code, serial and parallel alike. */
export interface CountsFailures {
  failures: number;
}

let unwritten = 0;

/** How many reports of this process could not be written for a reason that is not a defect: their runs count as failed. */
export function countUnwritten(): number {
  return unwritten;
}

export class Guard {
  /** The first error; a reporter that is broken tends to break again for the same reason. */
  first: Error | undefined;
  readonly #name: string;
  readonly #runner: CountsFailures;
  readonly #print: (text: string) => void;

  constructor(
    name: string,
    runner: CountsFailures,
    print: (text: string) => void = (text) => process.stderr.write(text),
  ) {
    this.#name = name;
    this.#runner = runner;
    this.#print = print;
  }

  /** Calls `f`; an error in it is remembered and reported, and fails the run. */
  run<T>(f: () => T): T | undefined {
    try {
      return f();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** A handler of events that never throws. */
  wrap<A extends unknown[]>(handler: (...args: A) => unknown): (...args: A) => void {
    return (...args) => {
      this.run(() => handler(...args));
    };
  }

  fail(thrown: unknown): void {
    if (this.first) return;
    this.first = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#runner.failures += 1;
    if (this.first instanceof CannotWrite) {
      unwritten += 1;
      process.exitCode ??= EXIT.input;
      this.#print(
        `\nmktrouble: the report of ${this.#name} is lost, so this run counts as failed: ${this.first.message}\n`,
      );
      return;
    }
    process.exitCode = EXIT.defect;
    this.#print(`\nmktrouble: the reporter ${this.#name} broke, so this run counts as failed\n${this.first.stack}\n`);
  }

  /** Says once more, at the end of a long log, that the report is not whole. */
  remind(): void {
    if (this.first) this.#print(`mktrouble: the report of ${this.#name} is incomplete: ${this.first.message}\n`);
  }
}
