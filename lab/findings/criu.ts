/**
 * `npm run findings:criu [-- versions…]`: writes docs/criu-findings.md, and a full page with logs. Shrinks each scenario of the CRIU
 * suite that has `violates:` on the first of the versions (4.1.1 and 4.2.1 by default), and runs it several times on each. Takes about
 * fifteen minutes. Scenarios with equal titles up to the bracket at the end are one finding. Findings of random changes (tag
 * `mutations`) are covered by others, and only counted.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import path from 'node:path';
import { markdownCell } from '../../reporters/words/markdown.ts';
import { readImage } from '../../src/backends/criu/images/file.ts';
import { readMessage } from '../../src/backends/criu/images/wire.ts';
import { type CriuBackend, criu } from '../../src/backends/criu/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { findSmallest } from '../../src/injector/smallest.ts';
import type { Case } from '../../src/model/case.ts';
import { PSTREE_FIELDS } from '../../src/model/criu.ts';
import { judge } from '../../src/properties/index.ts';
import type { CriuRun } from '../../src/record/criu.ts';
import { callEnd } from '../../src/record/program-text.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { loadScenarios, parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const PAGE = 'docs/criu-findings.md';
/** Pages with every detail; not in the repository. */
const FULL_PAGES = '.mktrouble/pages';
const SUITE = 'scenarios/criu';
/** Runs of a finding at the end, when it does not say that it needs more. */
const RUNS = 5;
/** Findings that are examined concurrently. */
const PARALLEL = 2;
/** The most severe first. */
const ORDER = [
  'bystanders-untouched',
  'no-second-live-copy',
  'dumped-tree-is-gone',
  'failed-restore-reports-error',
  'restored-program-runs',
  'restored-tree-matches-dump',
  'connection-sees-a-pause',
  'dumped-tree-can-be-restored',
  'failed-dump-leaves-tree-running',
  'failed-restore-leaves-no-task',
  'failed-restore-can-be-retried',
  'failed-dump-leaves-nothing-behind',
  'failed-restore-leaves-nothing-behind',
  'restore-leaves-nothing-behind',
  'criu-never-crashes',
  'criu-ends-in-time',
  'server-ends-with-call',
  'answer-agrees-with-result',
  'criu-log-is-bounded',
];
/** Versions of CRIU, each unpacked by `mktrouble setup`; the suite is written for the first. */
const [VERSION = '4.1.1', ...OTHERS] = process.argv.length > 2 ? process.argv.slice(2) : ['4.1.1', '4.2.1'];

interface Finding {
  readonly case: Case;
  readonly shown: number;
  readonly runs: number;
  /** In how many of as many runs the other versions show it. */
  readonly others: readonly number[];
  readonly messages: readonly string[];
  readonly errors: readonly string[];
  /** How CRIU ended, each way once. */
  readonly ends: readonly string[];
}

function violated(c: Case, record: RunRecord) {
  return judge(c, record).filter(({ property }) => c.expect.violates.includes(property));
}

async function run(backend: CriuBackend, c: Case, seed: number): Promise<RunRecord | undefined> {
  try {
    return await backend.run({ case: c, protocol: c.restart.protocol, seed: String(seed), maxSteps: 1 });
  } catch {
    // A smaller case may be none: a change of an image that it does not have.
    return undefined;
  }
}

function withoutLimit(c: Case): Case {
  const { limit: _, ...rest } = c.criu!;
  return { ...c, criu: rest };
}

async function find(backend: CriuBackend, others: readonly CriuBackend[], c: Case): Promise<Finding> {
  // With the usual limit of time: that of the suite is short, for all that never ends is waited for.
  const small = withoutLimit(
    await findSmallest(backend, { ...c, expect: { ...c.expect, coordinator: [], tasks: {} } }, c.expect.violates),
  );
  const runs = Math.max(RUNS, c.criu!.repeat);
  const messages = new Set<string>();
  const errors = new Set<string>();
  const ends = new Set<string>();
  let shown = 0;
  for (let i = 0; i < runs; i++) {
    const record = await run(backend, small, i);
    const violations = record ? violated(small, record) : [];
    if (violations.length > 0) shown++;
    for (const { message } of violations.slice(0, 2)) if (messages.size < 3) messages.add(plain(message));
    const seen = record?.criu;
    if (violations.length === 0 || !seen) continue;
    for (const error of readErrors(seen.restore ?? seen.dump)) errors.add(error);
    ends.add([seen.dump, seen.restore].flatMap((one) => (one ? [`the ${one.of} ${callEnd(one)}`] : [])).join(', '));
  }
  const elsewhere: number[] = [];
  for (const other of others) elsewhere.push(await count(other, small, runs));
  return {
    case: small,
    shown,
    runs,
    others: elsewhere,
    messages: [...messages],
    errors: [...errors].slice(0, 6),
    ends: [...ends],
  };
}

/** In how many of these runs a case violates what it says. */
async function count(backend: CriuBackend, c: Case, runs: number): Promise<number> {
  let shown = 0;
  for (let i = 0; i < runs; i++) {
    const record = await run(backend, c, i);
    if (record && violated(c, record).length > 0) shown++;
  }
  return shown;
}

/** The last errors of its log: what it was at when it ended. */
function readErrors({ errors }: CriuRun): string[] {
  return errors.slice(-4).map(plain);
}

/** Without what differs from run to run, or from machine to machine. */
function plain(text: string): string {
  return text
    .replace(/criu-agent-\w+/g, 'subject')
    .replace(/ld-linux-x86-64?/g, 'criu')
    .replace(/\/\S*\/subject/g, 'subject')
    .replace(/0x[0-9a-f]{9,}/g, '0x…');
}

/** A finding with its minimal scenario and the messages of its runs. */
function section({ case: c, shown, runs, others, messages, errors, ends }: Finding, i: number): string {
  const properties = c.expect.violates.map((name) => `**${name}**`).join(', ');
  const small: Case = { ...c, title: readTitle(c), tags: [], explore: undefined } as unknown as Case;
  const log = errors.length === 0 ? ['  criu: (no error in its log)'] : errors.map((error) => `  criu: ${error}`);
  return [
    `## ${i + 1}. ${readTitle(c)}`,
    `_Violates_ ${properties}. _Shown_ in ${[shown, ...others].map((n, v) => `${n} of ${runs} runs of ${[VERSION, ...OTHERS][v]}`).join(', ')}. _Scenarios_ in \`${c.position.file}\`.`,
    ...(c.why === undefined ? [] : [c.why.trim()]),
    `\`\`\`yaml\n${writeScenario({ ...small, why: undefined } as unknown as Case).trim()}\n\`\`\``,
    `Result (${ends.join('; or ')}):\n\n\`\`\`text\n${[...messages, ...log].join('\n')}\n\`\`\``,
  ].join('\n\n');
}

/** The title of a finding: that of a scenario, without its matrix values. */
function readTitle({ scenario }: Case): string {
  return scenario.replace(/ \([^)]*\)$/, '');
}

/** Whether it needs images that CRIU has not written: CRIU trusts its images. */
function needsDamage({ criu }: Case): boolean {
  return criu!.images.length > 0;
}

/** Findings, a line each, with the file of its scenarios. */
function table(all: readonly Finding[], from: number): string {
  const rows = all.map(({ case: c, shown, runs, others }, i) => {
    const { file } = c.position;
    const link = `[${path.basename(file)}](../${file})`;
    const figures = [shown, ...others].map((n) => `${n} of ${runs}`);
    return `| ${[from + i, readTitle(c), c.expect.violates.join(', '), ...figures, link].join(' | ')} |`;
  });
  const columns = ['', 'finding', 'violates', VERSION, ...OTHERS, 'scenarios'];
  return [`| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`, ...rows].join('\n');
}

/** All findings: first those that need no damaged image. */
function contents(all: readonly Finding[]): string {
  const plainOnes = all.filter((one) => !needsDamage(one.case));
  const damaged = all.filter((one) => needsDamage(one.case));
  return `## With the images that CRIU has written

${table(plainOnes, 1)}

## With damaged images

CRIU takes its images for authentic: a process that can change them can do as much without a defect of CRIU. A damaged disk changes them too.

${table(damaged, plainOnes.length + 1)}`;
}

/** Scenarios in which a property may be violated, and need not be: not measured here, for this machine may be one that does not show it. */
function dependent(cases: readonly Case[]): string {
  const first = new Map(
    cases
      .filter((c) => c.expect.mayViolate?.length && c.expect.violates.length === 0 && !c.tags.includes('mutations'))
      .map((c) => [readTitle(c), c]),
  );
  const rows = [...first].map(([title, c]) => {
    const { file } = c.position;
    const cause = markdownCell((c.why ?? '').replace(/\s+/g, ' ').trim());
    return `| ${title} | ${c.expect.mayViolate!.join(', ')} | ${cause} | [${path.basename(file)}](../${file}) |`;
  });
  return `## Where the machine or the moment allows it

These depend on the machine (32-bit programs, hardware breakpoints, its speed), and are not counted here.

| finding | may violate | cause | scenarios |
| --- | --- | --- | --- |
${rows.join('\n')}`;
}

/** Runs of a case with varying outcomes. */
const LOTTERY = 40;

/** A zombie that has no thread in pstree.img: no scenario of the suite, for which property it violates differs from run to run. */
async function zombieWithoutThreads(all: CriuBackend): Promise<string> {
  const text = `scenario: A zombie without threads
tree: { pid: 100, children: [{ pid: 101, threads: [103] }, { pid: 102, stopped: true }, { pid: 106, state: zombie }] }
criu: { images: { task: 3, set: { threads: absent } } }
`;
  const [c] = parseScenarios(text, 'a zombie', KNOWN_NAMES).cases;
  const seen = new Map<string, number>();
  for (let i = 0; i < LOTTERY; i++) {
    const record = (await run(all, c!, i))!;
    const first = judge(c!, record)[0];
    const how = first ? `${first.property}: ${plain(first.message)}` : 'nothing is violated';
    const what = how.replace(/: the restore has not ended.*/, ': the restore has not ended');
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
  const lines = [...seen].sort((a, b) => b[1] - a[1]).map(([what, count]) => `${String(count).padStart(3)}  ${what}`);
  return `When the record of a zombie in pstree.img has no thread, the outcome differs from run to run, so no scenario has it. Outcomes of
${LOTTERY} restores:

\`\`\`yaml
${text.trim()}
\`\`\`

\`\`\`text
${lines.join('\n')}
\`\`\``;
}

/** The thread that CRIU writes for a zombie: in each dump another number. */
async function threadsOfZombie(all: CriuBackend): Promise<string> {
  const text = 'scenario: A zombie\ntree: { pid: 100, children: [{ pid: 101, state: zombie }] }\ncriu: {}\n';
  const [c] = parseScenarios(text, 'a zombie', KNOWN_NAMES).cases;
  const seen: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const record = readImage((await all.images(c!)).get('pstree')!)!.records[1]!;
    const field = readMessage(record)!.find(({ number }) => number === PSTREE_FIELDS.threads);
    if (field?.type === 'varint') seen.push(Number(field.value));
  }
  return `## Also seen

In pstree.img the record of a zombie names a thread that never existed: in ${RUNS} dumps of a zombie 101 it was
${seen.join(', ')}. \`dump_pstree()\` writes one tid for a zombie that it has never set, so four uninitialised bytes of CRIU's
memory get into the image. Images of the same tree differ, and a restore takes that number for a thread.`;
}

/** The cases of each file, and how many of them have a known defect. */
function overview(cases: readonly Case[]): string {
  const files = [...new Set(cases.map(({ position }) => position.file))];
  const rows = files.map((file) => {
    const mine = cases.filter(({ position }) => position.file === file);
    const marked = mine.filter(({ expect }) => expect.violates.length > 0);
    return `| \`${file}\` | ${mine.length} | ${marked.length} |`;
  });
  const total = `| all | ${cases.length} | ${cases.filter(({ expect }) => expect.violates.length > 0).length} |`;
  return ['| scenarios | cases | in which CRIU violates a property |', '| --- | --- | --- |', ...rows, total].join(
    '\n',
  );
}

const { cases, diagnostics } = loadScenarios([SUITE], KNOWN_NAMES);
if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics, undefined, 2));
const first = new Map<string, Case>();
for (const c of cases) {
  const key = `${c.position.file} ${readTitle(c)}`;
  if (c.expect.violates.length > 0 && !c.tags.includes('mutations') && !first.has(key)) first.set(key, c);
}
const rank = (c: Case): number =>
  Math.min(...c.expect.violates.map((name) => ORDER.indexOf(name))) + (needsDamage(c) ? ORDER.length : 0);
const marked = [...first.values()].sort((a, b) => rank(a) - rank(b));
const [backend, ...others] = [VERSION, ...OTHERS].map((version) => criu({ allowCommands: true, criu: version })) as [
  CriuBackend,
  ...CriuBackend[],
];
const findings: Finding[] = [];
let next = 0;
const work = async (): Promise<void> => {
  while (next < marked.length) {
    const i = next++;
    const finding = await find(backend, others, marked[i]!);
    console.log(
      `${[finding.shown, ...finding.others].join(' and ')} of ${finding.runs}: ${marked[i]!.scenario} (${finding.case.tasks.length} tasks)`,
    );
    findings[i] = finding;
  }
};
await Promise.all(Array.from({ length: PARALLEL }, work));
const also = [await threadsOfZombie(backend), await zombieWithoutThreads(backend)];
await Promise.all([backend, ...others].map((one) => one.dispose()));
const head = `# Defects of CRIU ${[VERSION, ...OTHERS].join(' and ')}

<!-- Generated by \`npm run findings:criu\` from runs of scenarios/criu. Do not edit. -->

In each of these scenarios CRIU violates a [property](properties.md). Tested on Linux ${release().split('-')[0]}, as root, with the
packages of Debian. Each was shrunk to a minimal tree with CRIU ${VERSION} and run ${RUNS} times on each version, races more often. A clean
error is not a defect, and is not listed. To reproduce one: \`npx mktrouble run <scenarios> --grep <title>\`. \`npm run findings:criu\` also writes
.mktrouble/pages/criu-findings.md, which has the minimal scenario, the violations and CRIU's log of each.

Some need a rare condition: a failing system call, a damaged image. No kernel returns ENOMEM for some of the calls that fail
here; the question is only whether CRIU, which checks for the error, handles it. The most severe come first: harm to other
processes, then lost state that is reported as success, then tasks that stay behind, then crashes and hangs of CRIU itself.

${contents(findings)}`;
const rest = [dependent(cases), ...also, '## Scenarios', overview(cases)];
const write = (file: string, parts: readonly string[]): void => writeFileSync(file, `${parts.join('\n\n')}\n`);
mkdirSync(FULL_PAGES, { recursive: true });
write(path.join(FULL_PAGES, 'criu-findings.md'), [head, ...findings.map(section), ...rest]);
write(PAGE, [head, ...rest]);
