/** Reads the data that the reporter wrote into the page. Its texts are not trusted: characters that change the direction of reading, or are invisible, are shown as `\\uXXXX`. */
import { HOSTILE, harmless } from '../../src/boundary/harmless.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { CoverageReport } from '../shared/coverage.ts';
import { type CaseDetail, DETAILS_ID, INDEX_ID, type ReportIndex } from './format.ts';
import type { PackedBuild } from './play/packed-build.ts';

export function readIndex(): ReportIndex {
  return parse(readElement(INDEX_ID)) as ReportIndex;
}

function readElement(id: string): string {
  const element = document.getElementById(id);
  if (!element) throw new Error(`this report is not whole: it has no ${id}`);
  return element.textContent ?? '';
}

let lines: string[] | undefined;

async function unpack(line: number): Promise<unknown> {
  lines ??= readElement(DETAILS_ID).trim().split('\n');
  const packed = lines[line];
  if (packed === undefined) throw new Error(`this report is not whole: details ${line} are missing`);
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return parse(await new Response(stream).text());
}

/** JSON escapes control characters and no others. Few reports contain any, so most are not searched. */
function parse(json: string): unknown {
  return /\\u/.test(json) || json.search(HOSTILE) >= 0 ? JSON.parse(json, reviveHarmless) : JSON.parse(json);
}

function reviveHarmless(_: string, value: unknown): unknown {
  if (typeof value === 'string') return harmless(value, true);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.every((key) => key.search(HOSTILE) < 0)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [harmless(key), item]));
}

/** The details of a case, by its position in the report. */
export async function readCase(position: number): Promise<CaseDetail> {
  return (await unpack(position)) as CaseDetail;
}

/** The text of a scenario file; undefined when it could not be read at report time. */
export async function readSource(index: ReportIndex, file: string): Promise<string | undefined> {
  const line = index.sources[file];
  return line === undefined ? undefined : ((await unpack(line)) as string);
}

/** The coverage of the protocols. */
export async function readCoverage(line: number): Promise<CoverageReport> {
  return (await unpack(line)) as CoverageReport;
}

/** A compiled protocol. */
export async function readBuild(line: number): Promise<PackedBuild> {
  return (await unpack(line)) as PackedBuild;
}

/** The records to be shown: one, or those of several ways to run the same case. */
export function listRecords({ record, differential }: CaseDetail): readonly RunRecord[] {
  if (differential && differential.length > 0) return differential;
  return record ? [record] : [];
}
