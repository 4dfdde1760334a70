/**
 * The journal of a run: a file beside its history with each result as soon as it is known, so that a run that was interrupted, killed or cut
 * off goes on with what is left (`mktrouble run --resume`). It is removed when the run is complete.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { type CaseReport, caseReport } from '../../../reporters/shared/case-report.ts';
import { resultFrom } from '../../../reporters/shared/read-report.ts';
import type { CaseResult } from '../../../reporters/shared/result.ts';
import { packageVersion } from '../../boundary/package.ts';
import { parseJson } from '../../boundary/parse-json.ts';
import { CannotRead } from '../../boundary/read-file.ts';
import { readLines } from '../../boundary/read-lines.ts';
import { appendToFile, CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { Options } from '../../config/index.ts';
import { ownFiles } from '../../config/options.ts';
import type { Case } from '../../model/case.ts';
import type { Environment } from '../../record/environment.ts';
import { CASE_REPORT, COVERAGE, ENVIRONMENT } from '../../record/schema/report.ts';
import { note } from '../exit.ts';
import { caseKey } from '../history/store.ts';

/** Its name, beside the history. */
export const JOURNAL = 'unfinished-run.jsonl';
/** Milliseconds of results that a killed run loses, at most. */
const DELAY = 200;

/** The first line. */
const HEADER = z.strictObject({ version: z.literal(1), setting: z.string(), command: z.string().max(10_000) });
/** Each further line: a test that has ended. */
const LINE = z.strictObject({
  key: z.string(),
  /** Of its case: one that was edited since is run again. */
  digest: z.string(),
  report: CASE_REPORT,
  environment: ENVIRONMENT.optional(),
  coverage: COVERAGE.optional(),
});

/** A run that did not end: its command line, what identifies its setting, and the results of the tests that did end, by their keys. */
export interface Unfinished {
  readonly command: string;
  readonly setting: string;
  readonly results: ReadonlyMap<string, Ended>;
}

/** A test that has ended. */
export interface Ended {
  readonly key: string;
  /** Of its case. */
  readonly digest: string;
  readonly result: CaseResult;
}

/** The run in this folder that did not end; undefined where there is none. */
export function readUnfinished(folder: string): Unfinished | undefined {
  const results = new Map<string, Ended>();
  let header: z.infer<typeof HEADER> | undefined;
  try {
    readLines(path.join(folder, JOURNAL), 0, (text) => {
      if (!header) {
        const first = parseJson(HEADER, text);
        if (typeof first !== 'string') header = first;
        return;
      }
      const ended = parseEnded(text);
      // None: the machine went down, or the disk was full, while it was written.
      if (ended) results.set(ended.key, ended);
    });
  } catch (error) {
    if (error instanceof CannotRead) return undefined;
    throw error;
  }
  return header && { ...header, results };
}

/** A line of a journal; undefined for any other text. */
export function parseEnded(text: string): Ended | undefined {
  const line = parseJson(LINE, text);
  if (typeof line === 'string') return undefined;
  const { key, digest, report, environment, coverage } = line;
  const environments = environment ? [environment as Environment] : [];
  const result = resultFrom(
    { ...(report as unknown as CaseReport), environment: environment ? 0 : null },
    environments,
  );
  const { verdict } = result;
  return { key, digest, result: coverage && verdict ? { ...result, verdict: { ...verdict, coverage } } : result };
}

/** Whether a result stands when the run goes on: a case that was broken or cut off is run again. */
function stands({ kind, verdict }: CaseResult): boolean {
  return verdict !== undefined && kind !== 'error' && kind !== 'incomplete';
}

/** What a result depends on beside its case. */
export function identifySetting(options: Options): string {
  const { projects, allowCommands, coverage } = options;
  const own = Object.values(ownFiles(options)).flat() as readonly string[];
  // A version, and a name of a runtime, may be those of folders here.
  const programs = projects.flatMap(({ criu, runtime }) => [criu, runtime].filter((one) => one?.includes('/')));
  const files = [...own, ...programs, ...projects.flatMap(({ plugin, module }) => [plugin, module])];
  const contents = files.map((file) =>
    file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() ? digestOf(readFileSync(file)) : null,
  );
  return digestOf(JSON.stringify([packageVersion(), projects, allowCommands, coverage, own, contents]));
}

/** What identifies the content of a case. */
export function digestCase(c: Case): string {
  return digestOf(JSON.stringify(c));
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

export class Journal {
  readonly #file: string;
  readonly #digests: ReadonlyMap<string, string>;
  readonly #withAllRecords: boolean;
  #pending = '';
  #timer: NodeJS.Timeout | undefined;
  #works = true;

  /**
   * Begins the journal of a run. `digests`: of each test, by its key. `earlier`: results of the run that goes on.
   */
  constructor(
    folder: string,
    header: { readonly setting: string; readonly command: string },
    digests: ReadonlyMap<string, string>,
    { records }: Pick<Options, 'records'>,
    earlier: readonly CaseResult[],
  ) {
    this.#file = path.join(folder, JOURNAL);
    this.#digests = digests;
    this.#withAllRecords = records === 'all';
    const lines = earlier.map((result) => this.#line(result));
    this.#attempt(() =>
      writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, ...header })}\n${lines.join('')}`),
    );
  }

  add(result: CaseResult): void {
    if (!stands(result)) return;
    this.#pending += this.#line(result);
    this.#timer ??= setTimeout(() => this.flush(), DELAY).unref();
  }

  /** Writes what is known. */
  flush(): void {
    if (this.#pending !== '') this.#attempt(() => appendToFile(this.#file, this.#pending));
    this.#pending = '';
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The run is complete. */
  remove(): void {
    clearTimeout(this.#timer);
    this.#pending = '';
    rmSync(this.#file, { force: true });
  }

  #line(result: CaseResult): string {
    const { kind, verdict } = result;
    const { id, project, backend, environment, coverage, known } = verdict!;
    const key = caseKey(id, project ?? backend);
    const digest = this.#digests.get(key);
    if (digest === undefined) return '';
    const withRecord = this.#withAllRecords || kind !== 'pass' || known.length > 0;
    return `${JSON.stringify({ key, digest, report: caseReport(result, withRecord), environment, coverage })}\n`;
  }

  /** A folder that cannot be written is a note: the run itself does not need it. */
  #attempt(write: () => void): void {
    if (!this.#works) return;
    try {
      write();
    } catch (error) {
      if (!(error instanceof CannotWrite)) throw error;
      this.#works = false;
      note(`this run cannot be resumed when it is interrupted: ${error.message}`);
    }
  }
}
