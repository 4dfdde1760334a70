/**
 * `npm run findings:criu`: docs/criu-findings.md from runs. Each scenario of the CRIU suite that is marked `violates:` is
 * made as small as it still shows, and then run again and again, and counted. Takes some ten minutes. Scenarios whose titles
 * differ in a bracket at the end are one finding; what seeds came upon (tag `mutations`) is in others, and only counted.
 */
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { readImage } from '../../src/backends/criu/images/file.ts';
import { readMessage } from '../../src/backends/criu/images/wire.ts';
import { type CriuBackend, criu } from '../../src/backends/criu/index.ts';
import { smallerCases } from '../../src/explore/smaller.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { PSTREE_FIELDS } from '../../src/model/criu.ts';
import { judge, propertyByName } from '../../src/properties/index.ts';
import type { CriuRun } from '../../src/record/criu.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { loadScenarios, parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const PAGE = 'docs/criu-findings.md';
const SUITE = 'scenarios/criu';
/** Runs of a finding at the end, when it does not say that it needs more. */
const RUNS = 5;
/** Runs in which a smaller case must show it, each. */
const PROOFS = 2;
/** Smaller cases that are tried for one finding. */
const MOST_TRIES = 10;
/** Milliseconds for CRIU while a case is made smaller: who hangs, hangs. */
const SHORT_LIMIT = 2000;
/** Findings that are looked at at the same time. */
const PARALLEL = 2;
/** The gravest first: others are harmed; something is lost and success is said; somebody is left; then CRIU itself. */
const ORDER = [
  'bystanders-untouched',
  'dumped-tree-is-gone',
  'failed-restore-reports-error',
  'restored-tree-matches-dump',
  'failed-dump-leaves-tree-running',
  'failed-restore-leaves-no-task',
  'failed-restore-can-be-retried',
  'criu-never-crashes',
  'criu-ends-in-time',
  'criu-log-is-bounded',
];

interface Finding {
  readonly case: Case;
  readonly shown: number;
  readonly runs: number;
  readonly messages: readonly string[];
  readonly errors: readonly string[];
  /** How CRIU ended, each way once. */
  readonly ends: readonly string[];
  readonly version: string;
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

/** Whether a case shows all that it is marked with, each time. */
async function proves(backend: CriuBackend, c: Case): Promise<boolean> {
  const quick = { ...c, criu: { ...c.criu!, limit: Math.min(c.criu?.limit ?? SHORT_LIMIT, SHORT_LIMIT) } };
  for (let i = 0; i < PROOFS; i++) {
    const record = await run(backend, quick, i);
    if (!record || new Set(violated(quick, record).map(({ property }) => property)).size < c.expect.violates.length)
      return false;
  }
  return true;
}

async function smallest(backend: CriuBackend, c: Case): Promise<Case> {
  let at = c;
  // What shows only now and then can't be told from what does not show.
  if (c.criu!.repeat > 1) return at;
  for (let tries = 0, found = true; found; ) {
    found = false;
    for (const smaller of smallerCases(at)) {
      if (smaller.tasks.length === at.tasks.length && smaller.faults.length === at.faults.length) continue;
      if (++tries > MOST_TRIES || !(await proves(backend, smaller))) continue;
      at = smaller;
      found = true;
      break;
    }
  }
  return at;
}

function withoutLimit(c: Case): Case {
  const { limit: _, ...rest } = c.criu!;
  return { ...c, criu: rest };
}

async function find(backend: CriuBackend, c: Case): Promise<Finding> {
  // With the usual limit of time: that of the suite is short, for all that never ends is waited for.
  const small = withoutLimit(await smallest(backend, { ...c, expect: { ...c.expect, coordinator: [], tasks: {} } }));
  const runs = Math.max(RUNS, c.criu!.repeat);
  const messages = new Set<string>();
  const errors = new Set<string>();
  const ends = new Set<string>();
  let shown = 0;
  let version = '';
  for (let i = 0; i < runs; i++) {
    const record = await run(backend, small, i);
    const violations = record ? violated(small, record) : [];
    if (violations.length > 0) shown++;
    for (const { message } of violations.slice(0, 2)) if (messages.size < 3) messages.add(plain(message));
    const seen = record?.criu;
    version = seen?.version ?? version;
    if (violations.length === 0 || !seen) continue;
    for (const error of errorsOf(seen.restore ?? seen.dump)) errors.add(error);
    ends.add([seen.dump, seen.restore].flatMap((one) => (one ? [endText(one)] : [])).join(', '));
  }
  return {
    case: small,
    shown,
    runs,
    messages: [...messages],
    errors: [...errors].slice(0, 6),
    ends: [...ends],
    version,
  };
}

/** The last errors of its log: what it was at when it ended. */
function errorsOf({ errors }: CriuRun): string[] {
  return errors.slice(-4).map(plain);
}

/** `the restore dies by signal 11`. */
function endText({ of, exit, signal, timedOut }: CriuRun): string {
  if (timedOut !== undefined) return `the ${of} does not end`;
  return signal === undefined ? `the ${of} exits with ${exit}` : `the ${of} dies by signal ${signal}`;
}

/** Without what differs from run to run, or from machine to machine. */
function plain(text: string): string {
  return text
    .replace(/criu-agent-\w+/g, 'subject')
    .replace(/ld-linux-x86-64?/g, 'criu')
    .replace(/\/\S*\/subject/g, 'subject')
    .replace(/0x[0-9a-f]{9,}/g, '0x…');
}

function section({ case: c, shown, runs, messages, errors, ends }: Finding, i: number): string {
  const properties = c.expect.violates.map((name) => `**${name}** (${propertyByName(name)!.title})`).join(', ');
  const small: Case = { ...c, title: titleOf(c), tags: [], explore: undefined } as unknown as Case;
  const log = errors.length === 0 ? ['  criu: (no error in its log)'] : errors.map((error) => `  criu: ${error}`);
  return [
    `## ${i + 1}. ${titleOf(c)}`,
    `_Violates_ ${properties}. _Shown_ in ${shown} of ${runs} runs. _More of it_ in \`${c.position.file}\`.`,
    ...(c.why === undefined ? [] : [c.why.trim()]),
    `\`\`\`yaml\n${writeScenario({ ...small, why: undefined } as unknown as Case).trim()}\n\`\`\``,
    `What was seen (${ends.join('; or ')}):\n\n\`\`\`text\n${[...messages, ...log].join('\n')}\n\`\`\``,
  ].join('\n\n');
}

/** The title of a finding: that of a scenario, without what tells it from others of the same. */
function titleOf({ scenario }: Case): string {
  return scenario.replace(/ \([^)]*\)$/, '');
}

/** All findings, a line each. */
function contents(all: readonly Finding[]): string {
  const rows = all.map(({ case: c, shown, runs }, i) => {
    const anchor = `#${i + 1}-${titleOf(c)
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replace(/ /g, '-')}`;
    return `| ${i + 1} | [${titleOf(c)}](${anchor}) | ${c.expect.violates.join(', ')} | ${shown} of ${runs} |`;
  });
  return ['| | finding | violates | shown |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Runs of what ends otherwise each time. */
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
  return `A zombie whose record in pstree.img has no thread ends otherwise each time, and so is in no scenario. What ${LOTTERY} restores did:

\`\`\`yaml
${text.trim()}
\`\`\`

\`\`\`text
${lines.join('\n')}
\`\`\``;
}

/** What CRIU writes of a zombie's threads: dumped again and again, it is another number each time. */
async function threadsOfZombie(all: CriuBackend): Promise<string> {
  const text = 'scenario: A zombie\ntree: { pid: 100, children: [{ pid: 101, state: zombie }] }\ncriu: {}\n';
  const [c] = parseScenarios(text, 'a zombie', KNOWN_NAMES).cases;
  const seen: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const record = readImage((await all.images(c!)).get('pstree')!)!.records[1]!;
    const field = readMessage(record)!.find(({ number }) => number === PSTREE_FIELDS.threads);
    if (field?.type === 'varint') seen.push(Number(field.value));
  }
  return `# Also seen

In pstree.img the record of a zombie names a thread that nobody had: in ${RUNS} dumps of a zombie 101 it was ${seen.join(', ')}. So four bytes
of CRIU's memory that were never set get into each image of a zombie (\`dump_pstree()\` writes one tid for it; nobody has filled
it in), images of the same tree differ, and a restore takes that number for a thread.`;
}

/** What the suite asks, and how much of it is marked. */
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
  const key = `${c.position.file} ${titleOf(c)}`;
  if (c.expect.violates.length > 0 && !c.tags.includes('mutations') && !first.has(key)) first.set(key, c);
}
const rank = ({ expect }: Case): number => Math.min(...expect.violates.map((name) => ORDER.indexOf(name)));
const marked = [...first.values()].sort((a, b) => rank(a) - rank(b));
const backend = criu({ allowCommands: true });
const findings: Finding[] = [];
let next = 0;
const work = async (): Promise<void> => {
  while (next < marked.length) {
    const i = next++;
    const finding = await find(backend, marked[i]!);
    console.log(`${finding.shown}/${finding.runs} ${marked[i]!.scenario} (${finding.case.tasks.length} tasks)`);
    findings[i] = finding;
  }
};
await Promise.all(Array.from({ length: PARALLEL }, work));
const also = [await threadsOfZombie(backend), await zombieWithoutThreads(backend)];
await backend.dispose();
const statements = [...new Set(marked.flatMap(({ expect }) => expect.violates))].map((name) => {
  const { statement, source } = propertyByName(name)!;
  return `- **${name}**: ${statement} _After:_ ${source}.`;
});
const head = `# What was found in CRIU ${findings[0]?.version}

<!-- Generated by \`npm run findings:criu\` from runs of scenarios/criu. Do not edit. -->

Found on Linux ${release().split('-')[0]}, as root, with CRIU as Debian 13 has it. Each of these is a scenario in which a property of
[docs/properties.md](properties.md) does not hold, made as small as it still shows and run again ${RUNS} times (those that
are races more often; the number is given). A clean error is not a defect, and is not here. To see one again: save its text
as a file, and \`npx mktrouble run <file>\`.

Some need what happens rarely: a system call that fails, an image that is damaged. No kernel says ENOMEM to some of the calls
that are made to fail here; what is asked is only whether CRIU, which looks for the error, gets out of it. The gravest come first:
others are harmed; something is lost and success is said; somebody is left; then CRIU itself crashes, or never ends.

${contents(findings)}

The properties that are violated, and where they come from:

${statements.join('\n')}`;
const body = [head, ...findings.map(section), ...also, '# What was asked', overview(cases)];
writeFileSync(PAGE, `${body.join('\n\n')}\n`);
