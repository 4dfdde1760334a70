/** The results of a campaign in a folder: a log for each worker, and a snapshot with what the logs say up to a place in each. */
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { CannotRead, readText } from '../boundary/read-file.ts';
import { readLines } from '../boundary/read-lines.ts';
import { appendToFile, CannotWrite, makeFolder, writeFileAtomically } from '../boundary/write-file.ts';
import { listNames } from './list-names.ts';
import { Results, type UnitResult } from './results.ts';

/** Lines of logs after which a new snapshot is written. */
const LINES_PER_SNAPSHOT = 20_000;
/** Bytes of a snapshot, at most. */
const MAX_SNAPSHOT_BYTES = 1 << 28;

export class Logs {
  readonly #folder: string;
  readonly #snapshot: string;
  readonly #results: Results;
  /** How much of each log was read, in bytes. */
  readonly #read: Record<string, number>;
  /** Lines that were read since the last snapshot. */
  #fresh = 0;

  /** `into`: results to which those of the logs are added; by default those of the snapshot. */
  constructor(folder: string, snapshot: string, plan: string, units: number, into?: Results) {
    this.#folder = folder;
    this.#snapshot = snapshot;
    const known = into ? undefined : readSnapshot(snapshot, plan, units);
    this.#results = into ?? known?.results ?? new Results(plan, units);
    this.#read = known?.read ?? {};
  }

  create(): void {
    makeFolder(this.#folder);
  }

  /** Reads what was appended since the last time. */
  refresh(): Results {
    for (const name of listNames(this.#folder)) {
      if (!name.endsWith('.jsonl')) continue;
      const file = path.join(this.#folder, name);
      const from = this.#read[name] ?? 0;
      if (statSync(file).size <= from) continue;
      this.#read[name] = readLines(file, from, (line) => {
        this.#results.addLine(line);
        this.#fresh++;
      });
    }
    return this.#results;
  }

  /** Writes a snapshot after so many lines. Whichever is written last counts: each is whole by itself. */
  writeSnapshot(lines = LINES_PER_SNAPSHOT): void {
    if (this.#fresh < lines) return;
    try {
      writeFileAtomically(this.#snapshot, this.#results.toSnapshot(this.#read));
      this.#fresh = 0;
    } catch (error) {
      // It only saves time.
      if (!(error instanceof CannotWrite)) throw error;
    }
  }

  /** Appends a result to the log of a worker, and has it on the disk. */
  append(worker: string, result: UnitResult): void {
    const file = path.join(this.#folder, `${worker}.jsonl`);
    appendToFile(file, `${JSON.stringify(result)}\n`);
    const fd = openSync(file, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** undefined: there is none, or it is of no use. The logs say the same. */
function readSnapshot(file: string, plan: string, units: number): ReturnType<typeof Results.fromSnapshot> {
  try {
    return Results.fromSnapshot(readText(file, MAX_SNAPSHOT_BYTES), plan, units);
  } catch (error) {
    if (error instanceof CannotRead) return undefined;
    throw error;
  }
}
