/** The contract between mktrouble and the thing that restarts. See docs/writing-a-backend.md. */
import type { BackendName, Case } from '../model/case.ts';
import type { Tool } from '../record/environment.ts';
import type { Finding, RunRecord } from '../record/record.ts';
import type { ProtocolCoverage } from '../record/verdict.ts';
import type { Draws } from './draws.ts';

/**
 * The reason why a run cannot play its case: something that the case needs around it is missing. A mistake of the user's,
 * neither a finding nor a defect. The message says what was expected, and what to do.
 */
export class BadSurroundings extends Error {
  readonly badSurroundings = true;
}

/** The same where nothing can be done: this machine does not have what the case needs, so that it is skipped. */
export class MissingHere extends BadSurroundings {
  readonly missingHere = true;
}

/** Whether an error is a BadSurroundings, of whichever copy of this module: a worker of Mocha's may have two. */
export function isBadSurroundings(error: unknown): error is BadSurroundings {
  return error instanceof Error && 'badSurroundings' in error;
}

/** One thing that a backend can or can't do on this machine. */
export interface Capability {
  readonly name: string;
  readonly available: boolean;
  /** Why not, or how. */
  readonly detail: string;
  /** The program that it runs, where that is none of mktrouble's. */
  readonly tool?: Tool;
}

/** A case, and how this run of it is to go. */
export interface Plan {
  readonly case: Case;
  /** patch, series, hardened or a variant; the case's own unless the command line says otherwise. */
  readonly protocol: string;
  /** The one source of all choice. */
  readonly seed: string;
  /** Steps after which a run is cut (`end: cut`). */
  readonly maxSteps: number;
  /** A schedule to follow, in the words of a replay file. */
  readonly schedule?: readonly string[];
  /** A folder that exists, for what helps to understand the run and is in no record, such as logs and images; written also when the run breaks. */
  readonly keep?: string;
}

export interface Backend {
  readonly name: BackendName;
  /** What it can do here; the first entry is the backend itself: when that is not available, every case is skipped with its detail. */
  capabilities(): Promise<readonly Capability[]>;
  /** The reason why it can't do this case; undefined when it can. */
  refuses(c: Case, protocol: string): string | undefined;
  /** Runs a plan once. Rejects only for a defect of the backend itself, or with BadSurroundings. */
  run(plan: Plan): Promise<RunRecord>;
  /** Lets go of everything it holds. */
  dispose(): Promise<void>;
  /**
   * Of a backend that can't be scheduled: how many runs, with seeds that end in the numbers 0 up to this less one, see each
   * moment of the faults that may come at any. At least 1.
   */
  sweep?(c: Case): number;
  /**
   * The cases that a case stands for, which only a run of it can list: each is run, and judged as the case is. Rejects with
   * BadSurroundings when there is none.
   */
  cases?(c: Case): Promise<readonly Case[]>;
  /**
   * Whether it runs the protocol that the simulated backend is a model of: then the ends of its runs are among those of the
   * model, and it follows a plan's schedule that was found there.
   */
  readonly modelled?: boolean;
  /** Whether the same plan and seed give the same record, byte for byte; one that can be scheduled always does. `mktrouble conformance` checks it. */
  readonly deterministic?: boolean;
}

/** The names of the faults of these bits; see Machine.fired. */
export function faultsIn({ faults }: Case, bits: number): string[] {
  return faults.filter((_, i) => (bits & (1 << i)) !== 0).map(({ name }) => name);
}

export interface OpenOptions {
  /** Whether what happens is written down; needed for records. */
  readonly trace?: boolean;
  /** Whether it is marked what of the protocol is reached. */
  readonly coverage?: boolean;
}

/** A backend whose every step can be chosen. */
export interface SchedulableBackend extends Backend {
  /** A machine for the plan's case, at its start. */
  open(plan: Plan, options?: OpenOptions): Machine;
  /** URL of a module that exports `open(plan): Machine`, for threads that search together; absent: a search has one thread. */
  readonly module?: string;
}

/** Whether a backend lets itself be scheduled. */
export function isSchedulable(backend: Backend): backend is SchedulableBackend {
  return 'open' in backend;
}

/**
 * A run that its caller moves one step at a time. Actors are numbered from 0: the coordinator, the tasks in the
 * case's order, then the events of the environment (faults that can come at any moment).
 */
export interface Machine {
  /** Lane names: `coordinator`, a pid, or a fault's name. */
  readonly actors: readonly string[];
  /** The first actor that is an event of the environment. */
  readonly firstEvent: number;
  /** The whole state, and nothing but it: equal words, equal futures. Written by `step`; may be overwritten to go elsewhere. */
  readonly state: Int32Array;
  /** Back to the start. */
  reset(): void;
  /** Writes the actors that can move into `out` in rising order and says how many; 0: the run is over. */
  enabled(out: Int32Array): number;
  /** Lets an actor that is enabled do its next step. */
  step(actor: number): void;
  /** The name of the actor's next step, as in a replay file. */
  label(actor: number): string;
  /**
   * Whether the next step of this actor may be taken alone: no other actor can, now or later before it moves, disable it
   * or observe the difference (a persistent singleton).
   */
  alone(actor: number): boolean;
  /** The first enabled actor that may be taken alone; -1: none. The same as asking `alone` of each, but faster. */
  firstAlone?(): number;
  /**
   * Which faults of the case have fired by now: bit i for the fault with the number i. Without it, only the faults of the
   * records that are judged count as fired.
   */
  fired?(): number;
  /** What was reached since the machine was opened; undefined when it was not asked to look. */
  coverage?(): ProtocolCoverage | undefined;
  /**
   * Goes from the start with a cost for each step that hardly grows with the number of actors; absent: there is none.
   * `ranks`: by actor, a number from 0 that no other has, in place of its own; the walker may write to it.
   */
  walker?(ranks?: Int32Array): Walker;
  /** A fast way to run at random; undefined where there is none. */
  readonly randomWalk?: RandomWalk | undefined;
  /** How the run ended, as an outcome; meaningful when no actor can move. */
  outcome(): Outcome;
  /** The record since reset; the machine must have been opened with `trace`. */
  record(seed: string | null, schedule: readonly string[], end: RunRecord['end']): RunRecord;
}

/** A machine under way. It stays valid until the machine is reset, or its state is written by another than this walker. */
export interface Walker {
  /** Of the actors that can move, as `enabled` lists them, the one with the lowest rank; -1: the run is over. */
  first(): number;
  /** Whether the actor can move. */
  can(actor: number): boolean;
  /** Lets an actor that can move do its next step. */
  step(actor: number): void;
  /** Gives an actor a rank that none has had. */
  setRank(actor: number, rank: number): void;
}

/** Random runs of a machine by a faster way than step by step. */
export interface RandomWalk {
  /** The actors of the last run, step by step; only the first `length` are of it. Overwritten by the next run. */
  readonly moves: Int32Array;
  readonly length: number;
  /**
   * Runs from the start with each step drawn evenly among the enabled actors, until none is left (true), at most `maxSteps`
   * steps (false). Events of the environment come at steps drawn evenly from `expectedSteps`.
   */
  run(draws: Draws, expectedSteps: number, maxSteps: number): boolean;
}

/** The end of a run in the form of `mktrouble outcomes --json`. */
export interface Outcome {
  readonly coordinator: { readonly end: string; readonly result?: number; readonly at?: string };
  readonly tasks: Readonly<
    Record<string, { readonly end: string; readonly result?: number; readonly record?: number; readonly at?: string }>
  >;
  readonly restores: readonly (readonly [number, number])[];
  /** References left: 0 when it was freed; null when there was none. */
  readonly context: { readonly references: number } | null;
  readonly findings: readonly Finding[];
  /** The last values of the words of a protocol of one's own; of a word that each process has a list, the coordinator's first. */
  readonly words?: Readonly<Record<string, number | readonly number[]>>;
  /** What the run showed and its end does not; part of an outcome's identity, not of its JSON. */
  readonly seen: number;
}
