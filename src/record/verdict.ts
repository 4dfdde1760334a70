/** A verdict: what a run, or a search, said about a case. What reporters read. */
import type { BackendName, Case, Position } from '../model/case.ts';
import type { Bucket } from '../model/signature.ts';
import type { Environment } from './environment.ts';
import type { RunRecord } from './record.ts';

/** One property that does not hold in one record. */
export interface Violation {
  /** The property's name, kebab-case; `expectation` for what the scenario itself expects. */
  readonly property: string;
  readonly message: string;
  /** The step of the record where it shows; undefined: at the end. */
  readonly step?: number;
  /** Which round of dump and restore by CRIU it shows in, from 1; absent: the last. */
  readonly round?: number;
  readonly expected?: string;
  readonly actual?: string;
  /** Where the scenario says otherwise (expectations). */
  readonly position?: Position;
}

/** What ended a search before it had seen all that it was asked to see. */
export interface Stop {
  /** The budget that was used up; `interrupt`: a signal or a caller ended the search. */
  readonly by: 'states' | 'time' | 'memory' | 'interrupt';
  /** The budget: states, milliseconds, or bytes. Absent for an interrupt. */
  readonly limit?: number;
}

/** How much was tried. */
export interface Tried {
  readonly strategy: 'random' | 'pct' | 'exhaustive' | 'replay';
  readonly schedules: number;
  /** Exhaustive search only. */
  readonly states?: number;
  readonly transitions?: number;
  readonly outcomes?: number;
  /** Whether everything that can happen was seen. */
  readonly complete: boolean;
  /** Why the search ended early; absent when it did all that it was asked to do, or ended at a finding. */
  readonly stopped?: Stop;
}

/** How the case of a finding was made smaller. */
export interface Shrinking {
  /** Smaller cases that were tried. */
  readonly tried: number;
  /** Tasks of the case that was given. */
  readonly tasks: number;
  /** The budget was used up: a smaller case may show the finding, too. */
  readonly stopped?: true;
}

/** What of a protocol was reached. */
export interface ProtocolCoverage {
  /** Points of the scenario format. */
  readonly points: readonly { readonly name: string; readonly reached: boolean }[];
  readonly steps: readonly { readonly name: string; readonly reached: boolean }[];
  /** Ways on from a step that has several. */
  readonly branches: readonly { readonly from: string; readonly to: string; readonly reached: boolean }[];
}

/** How one actor of an ending ended, in the record's words. */
export interface End {
  readonly end: string;
  readonly at?: string;
  readonly result?: number;
  /** It reported a failure without an errno (CRIU). */
  readonly failed?: true;
  /** The image record that a task restored itself from. */
  readonly record?: number;
}

/** One of the ways in which a case can end. */
export interface Ending {
  readonly coordinator: End;
  /** By pid. */
  readonly tasks: Readonly<Record<string, End>>;
  /** Kernel defects, in words. */
  readonly findings: readonly string[];
  /** The completed restores in their order: [pid, record]. Absent in older reports. */
  readonly restores?: readonly (readonly [number, number])[];
  /** References left to the context, 0 when it was freed; absent when none was made. */
  readonly references?: number;
  /** Steps of the shortest way there that was met. */
  readonly steps: number;
  /** The properties that are violated in a run that ends so, known defects too; absent when it was not judged. */
  readonly violates?: readonly string[];
}

/** One of several runs of a case that `retries` allow. */
export interface Attempt {
  readonly status: 'pass' | 'fail' | 'incomplete' | 'skip' | 'error';
  /** The properties that it violates. */
  readonly violated: readonly string[];
  /** Milliseconds. */
  readonly duration: number;
}

export interface Verdict {
  readonly version: 1;
  /** Case id. */
  readonly id: string;
  readonly scenario: string;
  readonly title: string;
  readonly why?: string;
  readonly tags: readonly string[];
  readonly position: Position;
  readonly backend: BackendName;
  /** The configured project that the run is part of; absent where none is configured. */
  readonly project?: string;
  /** Its place among the projects of the run, from 0: in parallel runs verdicts come in any order. */
  readonly projectNumber?: number;
  readonly protocol: string;
  /** Files of properties of the user's own by which it was judged, too. */
  readonly properties?: readonly string[];
  /** Files of the fault verbs and image editors of the user's own that its case needs. */
  readonly faults?: readonly string[];
  readonly imageEditors?: readonly string[];
  readonly seed: string;
  /**
   * pass · fail: a finding · flaky: a finding that a retry did not show again · incomplete: the search was stopped (`tried.stopped`) and had found nothing by then · skip: with
   * a reason · error: a defect of ours, or input that can't be read.
   */
  readonly status: 'pass' | 'fail' | 'flaky' | 'incomplete' | 'skip' | 'error';
  /** Why it was skipped, what stopped the search, or what broke. */
  readonly reason?: string;
  /** Of an error: the scenario, or what it needs around it, is at fault, and not mktrouble. */
  readonly badInput?: true;
  /** Each attempt, in order, where the case was run again because it had failed; the verdict is that of the first that failed. */
  readonly attempts?: readonly Attempt[];
  /** What makes it fail. */
  readonly violations: readonly Violation[];
  /** Known defects (`violates:`) that the run found, as it had to. */
  readonly known: readonly Violation[];
  /** The defect that its violations, or else the known ones, are a finding of; absent where there are none. */
  readonly bucket?: Bucket;
  readonly tried: Tried;
  /** The run that shows the first violation (shrunk), else the first known one, else the first run. */
  readonly record?: RunRecord;
  /** The case that was judged: its tree, faults and matrix, for reports. Wherever there is a record there should be its case. */
  readonly case?: Case;
  /** That case is a smaller one than the scenario's: the smallest that shows the same. */
  readonly shrunk?: true;
  /** Of a finding that a search made: what was done to make its case smaller. */
  readonly shrinking?: Shrinking;
  /** The replay file of that run, when it was written; and the command that replays it. */
  readonly replay?: string;
  /** The folder with what its run left (logs, images, output), when that was kept. */
  readonly kept?: string;
  /** Where it was made. */
  readonly environment?: Environment;
  /** Milliseconds. Measured outside of the way from plan to record. */
  readonly duration: number;
  /** What of the protocol its runs reached, when that was asked for; names of steps, in the program's order. */
  readonly coverage?: ProtocolCoverage;
  /** The faults that fired in some run, by the names of RunRecord.fired. */
  readonly fired?: readonly string[];
  /** The ways in which its runs ended, as far as they were met. */
  readonly endings?: readonly Ending[];
  /** Set by other ways to run than one. */
  readonly differential?: readonly RunRecord[];
}
