/**
 * The HTML report: one file that holds everything. Details of a case are packed and written as the case ends, the index at
 * the end; what stays in memory is the index alone.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { harmless } from '../../src/boundary/harmless.ts';
import { CannotRead, readText } from '../../src/boundary/read-file.ts';
import { systemErrorCode } from '../../src/boundary/system-error.ts';
import {
  type CaseDetail,
  DATA_PLACE,
  DETAILS_ID,
  type EngineTable,
  INDEX_ID,
  type IndexEntry,
  REPORT_VERSION,
  type ReportIndex,
} from '../html/format.ts';
import { caseReport } from '../shared/case-report.ts';
import { type CoverageReport, CoverageTally } from '../shared/coverage.ts';
import { cellText, describeBroken, EngineTally, summarizeChanges, toEngineCase } from '../shared/engines.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { exportCommand } from '../shared/replay-command.ts';
import type { CaseResult } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import type { FormerRun } from '../shared/trend.ts';
import { bucketTitle } from '../words/bucket.ts';
import { Environments } from '../words/environment.ts';
import { formatValues } from '../words/title.ts';
import { Builds } from './html-builds.ts';
import { readTemplate } from './html-template.ts';

/** Packed records of cases that passed are kept up to so many bytes; a browser should open the page without effort. */
const PASSED_RECORDS = 24 * 1024 * 1024;
/** A larger scenario file is not embedded. */
const SOURCE_AT_MOST = 256 * 1024;

export class Html implements Listener {
  readonly #setting: Setting;
  readonly #after: string;
  readonly #cases: IndexEntry[] = [];
  /** Files that reports of earlier runs name, with the line of a scenario in them. */
  readonly #claimed = new Map<string, number>();
  readonly #coverage = new CoverageTally();
  readonly #engines = new EngineTally();
  /** The position of each case on an engine. */
  readonly #positions = new Map<string, number>();
  readonly #environments = new Environments();
  readonly #builds = new Builds();
  #packed = 0;

  constructor(setting: Setting, template: string = readTemplate()) {
    this.#setting = setting;
    const [before = '', after = ''] = template.split(DATA_PLACE);
    this.#after = after;
    setting.out.writeRaw(`${before}<script type="text/plain" id="${DETAILS_ID}">\n`);
  }

  result(result: CaseResult): void {
    const entry = makeEntry(result);
    const plain = entry.result === 'pass' && entry.known.length === 0;
    const environment = this.#environments.add(result.verdict?.environment);
    const line = pack(makeDetail(result, !plain || this.#packed < PASSED_RECORDS, environment));
    this.#packed += line.length;
    this.#cases.push(entry);
    const one = toEngineCase(result);
    if (one) this.#positions.set(keyOnEngine(one), this.#cases.length - 1);
    this.#engines.add(one);
    this.#builds.add(result);
    if (result.report) this.#claimed.set(entry.file, entry.line);
    this.#setting.out.writeRaw(`${line}\n`);
    const { verdict } = result;
    if (verdict?.coverage) this.#coverage.add(verdict.protocol, verdict.coverage);
  }

  coverage(report: CoverageReport): void {
    this.#coverage.merge(report);
  }

  end(summary: Summary): void {
    const sources: Record<string, number> = {};
    let next = this.#cases.length;
    for (const file of new Set(this.#cases.map((entry) => entry.file))) {
      const text = readSource(file, this.#claimed.get(file));
      if (text === undefined) continue;
      this.#setting.out.writeRaw(`${pack(text)}\n`);
      sources[file] = next;
      next += 1;
    }
    const builds: Record<string, number> = {};
    for (const [key, build] of this.#builds.pack()) {
      this.#setting.out.writeRaw(`${pack(build)}\n`);
      builds[key] = next;
      next += 1;
    }
    const coverage = this.#coverage.report();
    if (coverage) this.#setting.out.writeRaw(`${pack(coverage)}\n`);
    const engines = this.#compare();
    const { former } = this.#setting.options as { readonly former?: readonly FormerRun[] };
    const index: ReportIndex = {
      version: REPORT_VERSION,
      written: new Date().toISOString(),
      summary,
      cases: this.#cases,
      environments: this.#environments.list(),
      ...(engines && { engines }),
      ...(former && former.length > 0 && { former }),
      ...(coverage && { coverage: next }),
      ...(Object.keys(builds).length > 0 && { builds }),
      sources,
    };
    this.#setting.out.writeRaw(
      `</script>\n<script type="application/json" id="${INDEX_ID}">${scriptJson(index)}</script>`,
    );
    this.#setting.out.writeRaw(this.#after);
  }

  #compare(): EngineTable | undefined {
    const projects = this.#engines.projects();
    if (projects.length === 0) return undefined;
    const rows = this.#engines.rows();
    return {
      projects,
      summary: summarizeChanges(projects, rows),
      broken: this.#engines.broken().map(describeBroken),
      rows: rows.map(({ title, change, cells }) => ({
        title,
        change,
        cells: cells.map((cell) => ({
          text: cellText(cell),
          position: (cell && this.#positions.get(keyOnEngine(cell))) ?? -1,
        })),
      })),
    };
  }
}

function keyOnEngine({ id, project }: { readonly id: string; readonly project: string }): string {
  return JSON.stringify([id, project]);
}

function makeEntry(result: CaseResult): IndexEntry {
  const { kind, title, position, duration, verdict } = result;
  return {
    title,
    values: formatValues(result),
    result: kind,
    file: position?.file ?? '',
    line: position?.line ?? 0,
    tags: verdict?.tags ?? [],
    backend: verdict?.backend ?? '',
    ...(verdict?.project !== undefined && { project: verdict.project }),
    protocol: verdict?.protocol ?? '',
    violated: [...new Set(verdict?.violations.map((v) => v.property))],
    known: [...new Set(verdict?.known.map((v) => v.property))],
    defect: verdict?.bucket ? bucketTitle(verdict.bucket) : '',
    state: verdict?.bucket?.state ?? '',
    duration: Math.round(duration * 10) / 10,
  };
}

function makeDetail(result: CaseResult, withRecord: boolean, environment: number | null): CaseDetail {
  const report = caseReport(result, withRecord, environment);
  const reproduce = result.verdict && exportCommand(result.verdict);
  return {
    ...report,
    ...(reproduce !== undefined && { reproduce }),
    ...(!withRecord && result.verdict?.record && { recordLeftOut: true }),
  };
}

/** Deflated, in base64: a tenth of the JSON, and nothing in it that HTML could take for its own. */
function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64');
}

/** JSON that can stand in a script element: `</script>` and `<!--` can't occur where there is no `<`. */
export function scriptJson(value: unknown): string {
  return harmless(JSON.stringify(value), true).replaceAll('<', '\\u003c');
}

/**
 * The text of a scenario file. Where a report of an earlier run names it, it may be any file of this machine: then only a
 * file below the working folder, wherever links lead, that has a scenario where the report says so.
 */
function readSource(file: string, claimed: number | undefined): string | undefined {
  if (!/\.ya?ml$/.test(file)) return undefined;
  try {
    const text = readText(file, SOURCE_AT_MOST);
    if (claimed === undefined) return text;
    const relative = path.relative(realpathSync('.'), realpathSync(file));
    const isBelow = !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
    return isBelow && /\bscenario\b/.test(text.split('\n')[claimed - 1] ?? '') ? text : undefined;
  } catch (error) {
    // The file may be elsewhere, or gone; the report does without.
    if (error instanceof CannotRead || systemErrorCode(error) !== undefined) return undefined;
    throw error;
  }
}
