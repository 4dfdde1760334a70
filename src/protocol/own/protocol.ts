/** A protocol of one's own as it was read: words, steps, and its functions in the language that the compiler takes. */

/** A place in the protocol's file; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake in a protocol file. */
export interface ProtocolMistake extends Place {
  readonly message: string;
  readonly hint?: string;
  /** A word that is not known, and the words that are: what was meant is near. */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] };
}

/** A word of shared memory by its number. */
export interface WordDeclaration {
  readonly name: string;
  /** Each process has one. */
  readonly perProcess: boolean;
  readonly initial: number;
}

export type StepKind = 'load' | 'store' | 'add' | 'compareExchange' | 'wait' | 'kill' | 'attempt' | 'work';

/** A place of the source at which a process can be preempted. */
export interface Site extends Place {
  readonly kind: StepKind;
  /** The function that it stands in, and what the step does: `prepare: store phase`. */
  readonly label: string;
  /** The author has given it the label. */
  readonly isNamed: boolean;
  /** The number of the word that it touches. */
  readonly word?: number;
  /** The word is that of the running process. */
  readonly own?: true;
  /** The number of the call that may fail (attempt). */
  readonly call?: number;
}

/** What a function reads within a step. */
export interface Reads {
  /** Numbers of words: shared ones, and those of any process. */
  readonly any: ReadonlySet<number>;
  /** Numbers of words of the running process. */
  readonly own: ReadonlySet<number>;
  /** Whether it asks if a process is alive. */
  readonly life: boolean;
}

export interface OwnProperty {
  readonly name: string;
  readonly statement: string;
  readonly holds: 'always' | 'at-end';
  /** The function that checks it, of `plain`. */
  readonly check: string;
}

export interface OwnProtocol {
  /** As `--protocol` takes it: from the working folder, with slashes. */
  readonly file: string;
  readonly name: string;
  readonly words: readonly WordDeclaration[];
  readonly sites: readonly Site[];
  /** In the order of the file. */
  readonly stages: readonly string[];
  /** Calls that can be made to fail. */
  readonly calls: readonly string[];
  readonly properties: readonly OwnProperty[];
  /** Generator functions by name, as text of the compiler's language. */
  readonly steps: ReadonlyMap<string, string>;
  /** Functions without steps. */
  readonly plain: ReadonlyMap<string, string>;
  /** What each function without steps reads, with all that it calls. */
  readonly reads: ReadonlyMap<string, Reads>;
}
