/** What `npm run reproducers` has measured: kept in a file, to which later runs add. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = 'lab/reproducers/measured.jsonl';

/** How many of so many runs have shown the defect. */
export interface Count {
  readonly shown: number;
  readonly runs: number;
}

/** An exported finding. */
export interface Exported {
  readonly title: string;
  /** It is tried until it shows, in each run. */
  readonly isRace: boolean;
  /** Of the shell script. */
  readonly lines: number;
  readonly sh: Count;
  readonly c: Count;
  /** The minimal one that was exported. */
  readonly scenario: string;
}

/** One that cannot be exported, and why. */
export interface Refused {
  readonly title: string;
  readonly refused: string;
}

export type Row = Exported | Refused;

export function isExported(row: Row): row is Exported {
  return !('refused' in row);
}

export function readRows(): Row[] {
  if (!existsSync(FILE)) return [];
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}

export function writeRows(rows: readonly Row[]): void {
  writeFileSync(FILE, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** The middle of the lengths of all scripts, the upper one of two. */
export function findMedian(lengths: readonly number[]): number {
  return [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)]!;
}
