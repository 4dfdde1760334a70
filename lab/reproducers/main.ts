/**
 * `npm run reproducers -- [RUNS]`: exports every finding of docs/criu-findings.md as a shell script and as a C program, runs the script
 * RUNS times (20) and the program a fifth as often, without mktrouble, and writes docs/reproducers.md. Takes half an hour; what was
 * measured is in .mktrouble/reproducers.jsonl, and is not measured again by a run that begins with this file. With RUNS 0 nothing is
 * measured: the page has what was.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotExport, type ExportedFinding } from '../../reporters/export/finding.ts';
import { writeCProgram, writeShellScript } from '../../reporters/export/script.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { examine, findNamed } from '../../src/cli/export.ts';
import { faultOfMachine } from '../../test/support/criu-fault.ts';
import { temporaryFolder } from '../../test/support/folder.ts';

const FINDINGS = 'docs/criu-findings.md';
const PAGE = 'docs/reproducers.md';
/** A line for each finding that was measured. */
const MEASURED = '.mktrouble/reproducers.jsonl';
/** The share of runs in which a finding that is no race must show. */
const WANTED = 0.95;

interface Row {
  readonly number: string;
  readonly title: string;
  readonly isRace: boolean;
  readonly lines: number;
  readonly runs: number;
  readonly runsOfC: number;
  /** Runs of the script that show it, and of the C program. */
  readonly sh: number;
  readonly c: number;
}

const runs = Number(process.argv[2] ?? 20);
const runsOfC = Math.ceil(runs / 5);
/** A race is tried many times in each run. */
const runsOfRace = Math.ceil(runs / 4);
const criu = await locateCriu();
if (typeof criu === 'string') throw new Error(criu);
const env = { ...process.env, ...(await faultOfMachine()), CRIU: criu.command.join(' ') };
const folder = temporaryFolder({});
const file = (name: string): string => path.join(folder.path, name);

/** How many of so many runs of a command end with exit code 1. */
function count(times: number, command: string, ...words: string[]): number {
  const ends = Array.from({ length: times }, () => spawnSync(command, words, { env, stdio: 'ignore' }).status);
  return ends.filter((status) => status === 1).length;
}

async function measure(number: string, title: string): Promise<Row> {
  const named = findNamed(`${FINDINGS}#${number}`, undefined);
  const finding: ExportedFinding = await examine(named, { allowCommands: true }, new AbortController().signal);
  const script = writeShellScript(finding);
  folder.write('it.sh', script);
  const program = writeCProgram(finding);
  folder.write('it.c', program);
  // As its header says.
  const [, flags] = /cc (-w .*?)-o repro THIS_FILE/.exec(program)!;
  const words = [...flags!.trim().split(' '), '-o', file('it'), file('it.c')];
  const built = spawnSync('cc', words, { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${title}: ${built.stderr}`);
  const isRace = finding.case.criu!.repeat > 1;
  const tries = isRace ? runsOfRace : runs;
  return {
    number,
    title,
    isRace,
    lines: script.trimEnd().split('\n').length,
    runs: tries,
    runsOfC,
    sh: count(tries, 'sh', file('it.sh')),
    c: count(runsOfC, file('it')),
  };
}

/** Why a finding cannot be exported. */
interface Refused {
  readonly number: string;
  readonly title: string;
  readonly refused: string;
}

async function measureOrRefuse(number: string, title: string): Promise<Row | Refused> {
  try {
    return await measure(number, title);
  } catch (error) {
    if (!(error instanceof CannotExport)) throw error;
    return { number, title, refused: error.message };
  }
}

mkdirSync(path.dirname(MEASURED), { recursive: true });
const before = existsSync(MEASURED) ? readFileSync(MEASURED, 'utf8').trim().split('\n') : [];
const known = new Map(before.map((line) => JSON.parse(line) as Row | Refused).map((one) => [one.title, one]));
const all: (Row | Refused)[] = [];
const unmeasured: string[] = [];
for (const [, number, title] of readFileSync(FINDINGS, 'utf8').matchAll(/^\| ([\d.]+) \| ([^|]+) \|.*\]\(/gm)) {
  if (runs === 0 && !known.has(title!)) {
    unmeasured.push(title!);
    continue;
  }
  const one = known.get(title!) ?? (await measureOrRefuse(number!, title!));
  const text = 'refused' in one ? one.refused : `${one.sh}/${one.runs} ${one.c}/${one.runsOfC} ${one.lines} lines`;
  console.log(`${number} ${text}: ${title}`);
  if (!known.has(title!)) appendFileSync(MEASURED, `${JSON.stringify(one)}\n`);
  all.push({ ...one, number: number! });
}
const rows = all.filter((one) => !('refused' in one)) as Row[];
const refused = all.filter((one) => 'refused' in one) as Refused[];
folder.remove();
const sure = rows.filter(({ isRace }) => !isRace);
const good = sure.filter(({ sh, runs: tries }) => sh >= tries * WANTED);
const lengths = rows.map(({ lines }) => lines).sort((a, b) => a - b);
const table = rows.map(
  ({ number, title, isRace, lines, runs: tries, runsOfC: triesOfC, sh, c }) =>
    `| ${number} | ${title}${isRace ? ' (a race)' : ''} | ${lines} | ${sh} of ${tries} | ${triesOfC === 0 ? '' : `${c} of ${triesOfC}`} |`,
);
writeFileSync(
  PAGE,
  `# Reproducers of the defects of CRIU ${criu.version}

<!-- Generated by \`npm run reproducers\`. Do not edit. -->

\`npx mktrouble export ${FINDINGS}#1 --as sh > it.sh\` writes one file that needs a shell, a C compiler and CRIU, and nothing of
mktrouble: it builds the tree of processes in namespaces of its own, makes the fault, shows the violation and leaves nothing behind.
\`sudo CRIU=/usr/sbin/criu sh it.sh\` exits with 1 when the defect shows, 0 when it does not, and 125 when it cannot be tested there,
as \`git bisect run\` expects. \`--as c\` writes the same as a C program, \`--as zdtm\` a test for CRIU's own suite.

${unmeasured.length === 0 ? 'Every finding' : `${all.length} findings`} of [criu-findings.md](criu-findings.md), exported and run outside of mktrouble: ${good.length} of ${sure.length} that are no
race show in at least ${WANTED * 100} % of runs. A script has ${lengths[Math.floor(lengths.length / 2)]} lines (median). A race is tried until it shows, up to three
times as often as in its scenario.

| | finding | lines | shell script | C program |
| --- | --- | --- | --- | --- |
${table.join('\n')}
${refused.length === 0 ? '' : `\n## Not exported\n\n${refused.map((one) => `- ${one.title}: ${one.refused}`).join('\n')}\n`}${unmeasured.length === 0 ? '' : `\n## Not measured yet\n\n${unmeasured.map((title) => `- ${title}`).join('\n')}\n`}`,
);
