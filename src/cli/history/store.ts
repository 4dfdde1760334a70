/**
 * What the last runs of a project were like: a file beside its replay files. Of the last runs it has the counts and the findings, of
 * each case how it ended last and how long it took. A file that is damaged is of no use, and is begun anew.
 */
import path from 'node:path';
import * as z from 'zod';
import { CannotRead, readText } from '../../boundary/read-file.ts';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import { note } from '../exit.ts';

/** Where replay files and the history are by default. */
export const DEFAULT_FOLDER = '.mktrouble';
export const HISTORY_FILE = 'history.json';

/** Runs that are kept. */
const MAX_RUNS = 100;
/** Findings that are kept of a run. */
export const MAX_FINDINGS = 200;
/** Cases that are kept; the oldest are forgotten first. */
const MAX_CASES = 50_000;
const MAX_BYTES = 1 << 25;

const count = z.int().min(0);
const text = z.string().max(10_000);
const result = z.enum(['pass', 'fail', 'flaky', 'incomplete', 'skip', 'error']);

const finding = z.object({
  /** The key of the case; see `caseKey`. */
  key: text,
  result,
  title: text,
  /** `file:line` of the scenario. */
  place: text,
  /** The first property that it violates, or what broke. */
  what: text,
  replay: text.optional(),
});

const run = z.object({
  number: count,
  /** ISO 8601, when it began. */
  time: text,
  /** Milliseconds. */
  duration: z.number().min(0),
  /** The command's own words. */
  command: text,
  passed: count,
  failed: count,
  flaky: count,
  errors: count,
  incomplete: count,
  skipped: count,
  interrupted: z.boolean(),
  findings: z.array(finding).max(MAX_FINDINGS),
});

const history = z.object({
  version: z.literal(1),
  /** The oldest first. */
  runs: z.array(run).max(MAX_RUNS),
  /** By the key of the case: how it ended last, its milliseconds in the last run that was no shard, and the number of its last run. */
  cases: z.record(text, z.object({ result, duration: z.number().min(0).optional(), run: count })),
});

export type History = z.infer<typeof history>;
export type HistoryRun = z.infer<typeof run>;
export type HistoryFinding = z.infer<typeof finding>;

/** What identifies a case on a project in all runs. */
export function caseKey(id: string, project: string): string {
  return `${id} on ${project}`;
}

/** The history in a folder; an empty one where there is none, or none that can be read. */
export function readHistory(folder: string): History {
  const file = path.join(folder, HISTORY_FILE);
  try {
    const made = history.safeParse(JSON.parse(readText(file, MAX_BYTES)));
    if (made.success) return made.data;
    note(`${file} is damaged, and is begun anew`);
  } catch (error) {
    if (error instanceof SyntaxError) note(`${file} is damaged, and is begun anew`);
    else if (!(error instanceof CannotRead)) throw error;
  }
  return { version: 1, runs: [], cases: {} };
}

/** Writes a history into its folder, cut to its limits; a folder that cannot be written is a note. */
export function writeHistory(folder: string, { runs, cases }: History): void {
  const entries = Object.entries(cases);
  const kept =
    entries.length <= MAX_CASES ? entries : entries.sort(([, a], [, b]) => b.run - a.run).slice(0, MAX_CASES);
  const cut: History = { version: 1, runs: runs.slice(-MAX_RUNS), cases: Object.fromEntries(kept) };
  try {
    writeFileAtomically(path.join(folder, HISTORY_FILE), `${JSON.stringify(cut)}\n`);
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    note(`no history of this run: ${error.message}`);
  }
}
