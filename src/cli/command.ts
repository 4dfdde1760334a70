/** What a command is: one file that adds itself to the program. */
import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';

export interface Cli {
  readonly program: Command;
  /** Makes an action of a function that ends with an exit code. */
  action<Args extends unknown[]>(
    body: (...args: Args) => ExitCode | Promise<ExitCode>,
  ): (...args: Args) => Promise<void>;
}

export type AddCommand = (cli: Cli) => void;
