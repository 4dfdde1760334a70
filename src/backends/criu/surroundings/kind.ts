/** A kind of thing in the namespaces of a case that is no task: read from outside, each thing as a line of text. */
import type { Seen } from '../census.ts';
import type { Sandbox } from '../sandbox.ts';

export interface SurroundingsKind {
  /** In the plural: `mounts`. */
  readonly name: string;
  /** Whether only a program of the user's can have it: a declared tree has no sockets of its own. */
  readonly ofPrograms: boolean;
  /** Whether a program that runs may have made this thing, or removed it. */
  mayBeOfProgram(thing: string): boolean;
  /** The things, in any order. `tree`: the processes of the tree. */
  read(sandbox: Sandbox, tree: readonly Seen[]): Promise<readonly string[]>;
}
