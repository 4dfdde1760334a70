/**
 * What an HTML report holds, for the reporter that writes it and the page that reads it. The page is one file:
 * an index of all cases as JSON, and for each case its details, deflated and in base64, unpacked when it is opened.
 */
import type { DefectState } from '../../src/model/signature.ts';
import type { Environment } from '../../src/record/environment.ts';
import type { CaseReport } from '../shared/case-report.ts';
import type { EngineChange } from '../shared/engines.ts';
import type { Summary } from '../shared/summary.ts';
import type { FormerRun } from '../shared/trend.ts';

export const REPORT_VERSION = 1;

/** The ids of the script elements that hold the data. */
export const INDEX_ID = 'mktrouble-index';
export const DETAILS_ID = 'mktrouble-details';

/** Where in the page the data goes; the template has it once. */
export const DATA_PLACE = '<!--mktrouble:data-->';

/** A case in the overview: enough to list, search and filter it. */
export interface IndexEntry {
  readonly title: string;
  /** The end of the title that has the matrix values, ` [pid: 102]`; may be empty. */
  readonly values: string;
  readonly result: CaseReport['result'];
  readonly file: string;
  readonly line: number;
  readonly tags: readonly string[];
  readonly backend: string;
  /** The configured project; absent where there is none. */
  readonly project?: string;
  readonly protocol: string;
  /** Names of violated properties, and of known defects that were found; each once. */
  readonly violated: readonly string[];
  readonly known: readonly string[];
  /** The defect of the finding: its title, or its signature; empty where nothing was found. */
  readonly defect: string;
  readonly state: DefectState | '';
  /** Milliseconds. */
  readonly duration: number;
}

/** Several engines side by side. */
export interface EngineTable {
  readonly projects: readonly string[];
  readonly summary: string;
  /** Engines that cannot dump here, a sentence each. */
  readonly broken: readonly string[];
  readonly rows: readonly EngineTableRow[];
}

export interface EngineTableRow {
  readonly title: string;
  readonly change: EngineChange;
  /** For each engine what it shows, and the position of the case; -1 where the case did not run. */
  readonly cells: readonly { readonly text: string; readonly position: number }[];
}

export interface ReportIndex {
  readonly version: typeof REPORT_VERSION;
  /** When it was written, ISO 8601. */
  readonly written: string;
  readonly summary: Summary;
  readonly cases: readonly IndexEntry[];
  /** Former runs of the project, the oldest first; absent where none is recorded. */
  readonly former?: readonly FormerRun[];
  /** Where the cases ran; a case has the number of its own. */
  readonly environments: readonly Environment[];
  /** Absent where one engine ran. */
  readonly engines?: EngineTable;
  /** The line of the details that holds a CoverageReport; absent where the coverage of the protocols is unknown. */
  readonly coverage?: number;
  /** The lines of the details that hold compiled protocols, by their keys (play/packed-build.ts); absent where there are none. */
  readonly builds?: Readonly<Record<string, number>>;
  /** Scenario files by name: the line of the details that holds their text. */
  readonly sources: Readonly<Record<string, number>>;
}

/** One line of the details: a case (line i is case i), or after the cases the text of a scenario file. */
export type CaseDetail = CaseReport & {
  /** The command that exports a reproducer; absent where nothing was found. */
  readonly reproduce?: string;
};
