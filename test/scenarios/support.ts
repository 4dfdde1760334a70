/** The suite that ships, read once, and each of its cases searched once for all tests. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { simulated } from '../../src/backends/simulated/index.ts';
import { findScenarioFiles, KNOWN_NAMES, loadScenarios, runCase } from '../../src/index.ts';
import { createJudge, type FindViolations, shippedProperties } from '../../src/injector/judge.ts';
import { Tally } from '../../src/injector/tally.ts';
import { type Decision, decide } from '../../src/injector/verdict.ts';
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Tried, Violation } from '../../src/record/verdict.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const SUITE = path.join(ROOT, 'scenarios');
export const backend = simulated();

/** A document of a scenario file as it is written, and its cases. */
export interface ScenarioFileDocument {
  readonly file: string;
  readonly written: Readonly<Record<string, unknown>> & { readonly scenario: string };
  readonly cases: readonly Case[];
}

/** The files of the suite, relative to its folder, sorted. Those for CRIU and for container runtimes are suites of their own. */
export function suiteFiles(): string[] {
  return findScenarioFiles([SUITE])
    .map((file) => path.relative(SUITE, file))
    .filter((file) => !['criu', 'runtimes'].includes(file.split(path.sep)[0]!));
}

/** The text of a file of the suite. */
export function textOf(file: string): string {
  return readFileSync(path.join(SUITE, file), 'utf8');
}

let cases: readonly Case[] | undefined;

/** All cases of the suite; their ids begin with the file's name in its folder. */
export function suiteCases(): readonly Case[] {
  if (!cases) {
    const files = suiteFiles().map((file) => path.join(SUITE, file));
    const loaded = loadScenarios(files, { ...KNOWN_NAMES, cwd: SUITE });
    if (loaded.diagnostics.length > 0) throw new Error(JSON.stringify(loaded.diagnostics, null, 1));
    cases = loaded.cases;
  }
  return cases;
}

/** The documents of the suite, in the order of files. */
export function suiteDocuments(): ScenarioFileDocument[] {
  return suiteFiles().flatMap((file) =>
    parseAllDocuments(textOf(file)).map((document) => {
      const written = document.toJS() as ScenarioFileDocument['written'];
      return { file, written, cases: suiteCases().filter((c) => isOf(c, file, written.scenario)) };
    }),
  );
}

function isOf(c: Case, file: string, scenario: string): boolean {
  return c.position.file === file && c.scenario === scenario;
}

/** The case with this id; throws when there is none. */
export function expandCase(id: string): Case {
  const found = suiteCases().find((c) => c.id === id);
  if (!found) throw new Error(`the suite has no case ${id}`);
  return found;
}

/** What the search of a case met: a record for each way in which it can end. */
export interface Explored {
  readonly tried: Tried;
  readonly records: readonly RunRecord[];
}

const explored = new Map<string, Promise<Explored>>();

/** Searches a case as the program does, without judging; once for each case. */
export function explore(c: Case): Promise<Explored> {
  let search = explored.get(c.id);
  if (!search) {
    search = exploreUnder(c, c.restart.protocol);
    explored.set(c.id, search);
  }
  return search;
}

/** Searches a case under a protocol, whatever it expects. */
export async function exploreUnder(c: Case, protocol: string): Promise<Explored> {
  const records = new Set<RunRecord>();
  const find: FindViolations = (_c, record) => {
    records.add(record);
    return [];
  };
  const { status, reason, tried } = await runCase(c, { backend, protocol, find });
  if (status === 'skip' || status === 'error') throw new Error(`${c.id}: ${status}: ${reason}`);
  return { tried, records: [...records] };
}

/** The verdict on a case from records that are there: no search, however often the expectations change. */
export function judgeAgain(c: Case, { tried, records }: Explored, find: FindViolations = shippedProperties): Decision {
  const tally = new Tally(createJudge(c, find));
  for (const record of records) {
    tally.add(record);
    if (tally.failing) break;
  }
  return decide(c, tally.result(tried));
}

/** Judges each record once by this case, for judges of cases that differ in `violates` only. */
export function judgeOnce(c: Case): FindViolations {
  return (_c, record) => {
    let violations = judgedOnce.get(record);
    if (!violations) {
      violations = shippedProperties(c, record);
      judgedOnce.set(record, violations);
    }
    return violations;
  };
}

const judgedOnce = new WeakMap<RunRecord, readonly Violation[]>();
