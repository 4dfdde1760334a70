/**
 * Functions that are called in a process of their own. The model is translated from the text of its functions, which the loader of a user's
 * modules changes, and tsx does not.
 */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

/** Calls the default export of a module, one call at a time. */
export class Child<Argument, Value> {
  readonly #module: string;
  #process: ChildProcess | undefined;

  /** `module`: an absolute path. */
  constructor(module: string) {
    this.#module = module;
  }

  /** Rejects with what the function throws, and when its process ends. */
  ask(argument: Argument): Promise<Value> {
    const execArgv = ['--import', 'tsx'];
    this.#process ??= fork(path.join(import.meta.dirname, 'child.ts'), [this.#module], { execArgv });
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const end = (code: number | null): void => {
        this.#process = undefined;
        reject(new Error(`its process ended (${code ?? 'by a signal'})`));
      };
      child.once('exit', end);
      child.once('message', ({ value, error }: { readonly value: Value; readonly error?: string }) => {
        child.off('exit', end);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.send(argument as object);
    });
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
  }
}
