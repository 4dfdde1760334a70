/**
 * `npm run reproducers -- [RUNS] [MINUTES] [PART]`: exports every finding of docs/criu-findings.md as a shell script and as a C program, runs
 * the script RUNS times (20) and the program a fifth as often, without mktrouble, and writes docs/reproducers.md. It takes about an
 * hour; after MINUTES it ends. The runs are in rounds over all findings, and are counted in a file of the version of CRIU beside this
 * one (MKTROUBLE_CRIU=4.2.1 names another version), which a later call goes on from; what is measured again is deleted from there.
 * What was exported is in .mktrouble/reproducers. With RUNS 0 the page has what was measured. PART is `criu` or `runtimes`, the findings of
 * docs/runtime-findings.md (./runtimes.ts); without it both are measured.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotExport, type ExportedFinding } from '../../reporters/export/finding.ts';
import { writeCProgram, writeShellScript } from '../../reporters/export/script.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { examine, findNamed } from '../../src/cli/export.ts';
import type { Case } from '../../src/model/case.ts';
import { writeScenario } from '../../src/scenario/index.ts';
import { faultOfMachine } from '../../test/support/criu-fault.ts';
import {
  type Count,
  type Exported,
  isExported,
  listVersions,
  nameOf,
  type Row,
  readRows,
  writeRows,
} from './measured.ts';
import { type PageFinding, writePage } from './page.ts';
import { measureRuntimes, readRuntimeRows, writeRuntimeSection } from './runtimes.ts';

const FINDINGS = 'docs/criu-findings.md';
const PAGE = 'docs/reproducers.md';
/** Milliseconds of one run, of a race most of all. */
const LIMIT = 600_000;

interface Named extends Pick<PageFinding, 'number' | 'title'> {
  /** The versions of CRIU that show it in no run of the page. */
  readonly notThere: readonly string[];
}

const [, , , , part] = process.argv;
const allRuns = Number(process.argv[2] ?? 20);
const runs = part === 'runtimes' ? 0 : allRuns;
const until = performance.now() + Number(process.argv[3] ?? Infinity) * 60_000;
/** The C program is the same script; a race is tried many times in each run. */
const runsOfC = Math.ceil(runs / 5);
const runsOfRace = Math.ceil(runs / 4);

const criu = await locateCriu();
if (typeof criu === 'string') throw new Error(criu);
const env = { ...process.env, ...(await faultOfMachine()), CRIU: criu.command.join(' ') };
/** A file for each finding that was examined. */
const examined = path.resolve('.mktrouble/reproducers', criu.version);
const file = (name: string): string => path.join(examined, name);

/** The findings of the page that have scenarios of their own: `| 1.1 | title | properties | 5 of 5 | 0 of 5 | … |`, a column for each version. */
function readFindings(page: string): Named[] {
  const [, heads] = /^\|\s*\| finding \| violates \|(.+)\|$/m.exec(page)!;
  const names = heads!.split('|').map((head) => head.trim());
  return [...page.matchAll(/^\| ([\d.]+) \| ([^|]+) \| [^|]* \|(.*\]\(.*)$/gm)].map(([, number, title, rest]) => ({
    number: number!,
    title: title!,
    notThere: rest!.split('|').flatMap((cell, i) => (cell.trim().startsWith('0 of ') ? names[i]! : [])),
  }));
}

const findings = readFindings(readFileSync(FINDINGS, 'utf8'));

async function examineOnce({ number, title }: Named): Promise<ExportedFinding> {
  const kept = file(`${nameOf(title)}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as ExportedFinding;
  const named = findNamed(`${FINDINGS}#${number}`, undefined);
  const finding = await examine(named, { allowCommands: true }, new AbortController().signal);
  writeFileSync(kept, JSON.stringify(finding));
  return finding;
}

/** A scenario that can be read wherever it is: without the defects of mktrouble.known.yaml. */
function withoutReview(c: Case): Case {
  return { ...c, tags: [], explore: undefined, expect: { ...c.expect, defects: undefined } } as unknown as Case;
}

/** Writes the script, and builds the program as its header says; what was measured before stays. */
async function prepare(one: Named, before: Row | undefined): Promise<Row> {
  const finding = await examineOnce(one);
  try {
    const script = writeShellScript(finding);
    const program = writeCProgram(finding);
    const [, flags] = /cc (-w .*?)-o repro THIS_FILE/.exec(program)!;
    const name = file(nameOf(one.title));
    writeFileSync(`${name}.sh`, script);
    writeFileSync(`${name}.c`, program);
    const words = [...flags!.trim().split(' '), '-o', name, `${name}.c`];
    const built = spawnSync('cc', words, { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`${one.title}: ${built.stderr}`);
    const none: Count = { shown: 0, runs: 0 };
    const counts = before && isExported(before) ? before : { sh: none, c: none };
    return {
      title: one.title,
      isRace: finding.case.criu!.repeat > 1,
      lines: script.trimEnd().split('\n').length,
      sh: counts.sh,
      c: counts.c,
      scenario: writeScenario(withoutReview(finding.case)),
    };
  } catch (error) {
    if (!(error instanceof CannotExport)) throw error;
    return { title: one.title, refused: error.message };
  }
}

function runOnce({ shown, runs: before }: Count, command: string, words: readonly string[]): Count {
  const { status } = spawnSync(command, words, { env, stdio: 'ignore', timeout: LIMIT, killSignal: 'SIGKILL' });
  return { shown: shown + (status === 1 ? 1 : 0), runs: before + 1 };
}

function runRow(row: Exported, round: number): Exported {
  const name = file(nameOf(row.title));
  const sh =
    row.sh.runs < Math.min(round, row.isRace ? runsOfRace : runs) ? runOnce(row.sh, 'sh', [`${name}.sh`]) : row.sh;
  const c = row.c.runs < Math.min(round, runsOfC) ? runOnce(row.c, name, []) : row.c;
  if (sh !== row.sh || c !== row.c)
    console.log(`${round}: ${sh.shown}/${sh.runs} ${c.shown}/${c.runs} ${row.lines} lines: ${row.title}`);
  return { ...row, sh, c };
}

const rows = new Map(readRows(criu.version).map((row) => [row.title, row]));
const save = (): void =>
  writeRows(
    criu.version,
    findings.flatMap(({ title }) => rows.get(title) ?? []),
  );
mkdirSync(examined, { recursive: true });
if (runs > 0) {
  for (const one of findings) rows.set(one.title, await prepare(one, rows.get(one.title)));
  save();
}
for (let round = 1; round <= runs; round++) {
  for (const { title } of findings) {
    const row = rows.get(title)!;
    if (!isExported(row) || performance.now() > until) continue;
    rows.set(title, runRow(row, round));
    save();
  }
}
const versions = listVersions();
const columns = versions.map((version) => new Map(readRows(version).map((row) => [row.title, row])));
const measured = findings.map(({ notThere, ...one }) => ({
  ...one,
  rows: columns.map((column) => column.get(one.title)),
  isThere: versions.map((version) => !notThere.includes(version)),
}));
if (part !== 'criu' && allRuns > 0) await measureRuntimes(allRuns, until, env);
writeFileSync(PAGE, `${writePage(measured, FINDINGS, versions)}\n${writeRuntimeSection(readRuntimeRows())}`);
