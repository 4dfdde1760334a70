/**
 * `npm run findings:criu [-- versions…]`: writes docs/criu-findings.md, and a full page with logs. Shrinks each scenario of the CRIU
 * suite that has `violates:` on the first of the versions (4.1.1 and 4.2.1 by default), and runs it several times on each. Takes about
 * fifteen minutes. `-- page` measures nothing: the page has what was measured before (criu.jsonl beside this file), by the defects of
 * mktrouble.known.yaml. `-- new` measures the scenarios that are not in that file, by its versions. Scenarios with equal titles up to the
 * bracket at the end are one. Findings of random changes (tag `mutations`) are covered by others, and only counted.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { loadDefects } from '../../src/scenario/defects.ts';
import { loadScenarios } from '../../src/scenario/index.ts';
import { type Finding, measure, needsDamage, section, threadsOfZombie, zombieWithoutThreads } from './criu-measure.ts';
import { type Measured, type MeasuredScenario, readMeasured, writeMeasured } from './criu-measured.ts';
import { listParts, rank, readTitle } from './criu-page.ts';

const PAGE = 'docs/criu-findings.md';
/** Pages with every detail; not in the repository. */
const FULL_PAGES = '.mktrouble/pages';
const SUITE = 'scenarios/criu';
/** Findings that are examined concurrently. */
const PARALLEL = 2;

const { cases, diagnostics } = loadScenarios([SUITE], KNOWN_NAMES);
if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics, undefined, 2));
const { defects } = loadDefects(`${SUITE}/mktrouble.known.yaml`, KNOWN_NAMES.properties);

/** The first case of each scenario that shows a defect, the most severe first. */
function choose(): Case[] {
  const first = new Map<string, Case>();
  for (const c of cases) {
    const key = `${c.position.file} ${readTitle(c)}`;
    if (c.expect.violates.length > 0 && !c.tags.includes('mutations') && !first.has(key)) first.set(key, c);
  }
  const order = (c: Case): number => rank({ violates: c.expect.violates, isDamaged: needsDamage(c) });
  return [...first.values()].sort((a, b) => order(a) - order(b));
}

type Backends = readonly ReturnType<typeof criu>[];

async function measureAll(versions: readonly string[]): Promise<readonly Finding[]> {
  const backends = versions.map((version) => criu({ allowCommands: true, criu: version }));
  const findings = await measureCases(backends, choose());
  const also = [await threadsOfZombie(backends[0]!), await zombieWithoutThreads(backends[0]!)];
  await Promise.all(backends.map((one) => one.dispose()));
  const kernel = release().split('-')[0]!;
  writeMeasured({ versions, kernel, also, scenarios: findings.map(({ measured }) => measured) });
  return findings;
}

/** Scenarios that the file does not have, by the versions that it has; all others stay as they are. */
async function measureNew(): Promise<readonly Finding[]> {
  const before = readMeasured();
  const marked = choose();
  const place = ({ title, file }: Pick<MeasuredScenario, 'title' | 'file'>): number =>
    marked.findIndex((c) => readTitle(c) === title && c.position.file === file);
  const known = new Set(before.scenarios.map(place));
  const backends = before.versions.map((version) => criu({ allowCommands: true, criu: version }));
  const findings = await measureCases(
    backends,
    marked.filter((_, i) => !known.has(i)),
  );
  await Promise.all(backends.map((one) => one.dispose()));
  const scenarios = [...before.scenarios, ...findings.map(({ measured }) => measured)];
  writeMeasured({ ...before, scenarios: scenarios.sort((a, b) => place(a) - place(b)) });
  return findings;
}

async function measureAsAsked(): Promise<readonly Finding[]> {
  if (words[0] === 'page') return [];
  if (words[0] === 'new') return measureNew();
  return measureAll(words.length > 0 ? words : ['4.1.1', '4.2.1']);
}

async function measureCases(backends: Backends, marked: readonly Case[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < marked.length) {
      const i = next++;
      const finding = await measure(backends, marked[i]!, defects);
      const { shown, runs } = finding.measured;
      console.log(
        `${shown.join(' and ')} of ${runs}: ${marked[i]!.scenario} (${finding.case.tasks.length} tasks) ${finding.measured.defect ?? 'NO DEFECT'}`,
      );
      findings[i] = finding;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return findings;
}

const write = (file: string, parts: readonly string[]): void => writeFileSync(file, `${parts.join('\n\n')}\n`);
const words = process.argv.slice(2);
const findings = await measureAsAsked();
const measured: Measured = readMeasured();
if (findings.length > 0) {
  mkdirSync(FULL_PAGES, { recursive: true });
  const sections = findings.map((finding) => section(finding, measured.versions));
  write(path.join(FULL_PAGES, 'criu-findings.md'), listParts(measured, defects, cases, sections));
}
write(PAGE, listParts(measured, defects, cases));
