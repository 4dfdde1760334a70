/** What `npm run reproducers` has measured: kept in a file, to which later runs add. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = 'lab/reproducers';

/** Of one version of CRIU. */
function fileFor(version: string): string {
  return path.join(FOLDER, `measured-${version}.jsonl`);
}

/** The versions of CRIU with which reproducers were run, the oldest first. */
export function listVersions(): string[] {
  return readdirSync(FOLDER)
    .flatMap((name) => /^measured-(.+)\.jsonl$/.exec(name)?.[1] ?? [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** How many of so many runs have shown the defect. */
export interface Count {
  readonly shown: number;
  readonly runs: number;
}

/** The share of runs in which a finding that is no race must show. */
export const WANTED = 0.95;

export function isShown({ shown, runs }: Count): boolean {
  return runs > 0 && shown >= runs * WANTED;
}

/** A title as the name of a file. */
export function nameOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
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

export function readRows(version: string): Row[] {
  return readLines(fileFor(version));
}

export function writeRows(version: string, rows: readonly Row[]): void {
  writeLines(fileFor(version), rows);
}

/** A file with a value in each line; empty where there is none. */
export function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

export function writeLines<T>(file: string, values: readonly T[]): void {
  writeFileSync(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

/** The middle of the lengths of all scripts, the upper one of two. */
export function findMedian(lengths: readonly number[]): number {
  return [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)]!;
}
