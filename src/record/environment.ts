/** Where a verdict was made: what took part, in which version, and what the backend can do there. Part of a verdict, never of a record. */
import type { BackendName } from '../model/case.ts';

export interface Environment {
  /** The version of mktrouble. */
  readonly mktrouble: string;
  /** As `node --version` says it, without the v. */
  readonly node: string;
  /** `Linux 6.8.0-31-generic x86_64`: the name of the system, its release, the machine. */
  readonly kernel: string;
  /** `root`, or `uid 1000`. */
  readonly user: string;
  readonly backend: BackendName;
  /** The file of a backend that is not mktrouble's, as it was given. */
  readonly module?: string;
  /** The program that the backend runs, which is not part of mktrouble. */
  readonly tool?: Tool;
  /** Further ones, such as the container runtime that was named to it. */
  readonly otherTools?: readonly Tool[];
  readonly capabilities: readonly {
    readonly name: string;
    readonly available: boolean;
    /** Why not, or how. */
    readonly detail: string;
  }[];
}

/** A program that a backend runs. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** The setting of an environment variable that makes a run use the same one: `['MKTROUBLE_CRIU', '4.1.1']`. */
  readonly setting: readonly [string, string];
}
