/**
 * `npm run findings:criu`: docs/criu-findings.md from runs. Each scenario of the CRIU suite that is marked `violates:` is
 * made as small as it still shows, and then run again and again, and counted. Takes some minutes.
 */
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { type CriuBackend, criu } from '../../src/backends/criu/index.ts';
import { smallerCases } from '../../src/explore/smaller.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { CRIU_PROPERTIES, judge, propertyByName } from '../../src/properties/index.ts';
import type { CriuRun } from '../../src/record/criu.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { loadScenarios, writeScenario } from '../../src/scenario/index.ts';

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

interface Finding {
  readonly case: Case;
  readonly shown: number;
  readonly runs: number;
  readonly messages: readonly string[];
  readonly errors: readonly string[];
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

async function find(backend: CriuBackend, c: Case): Promise<Finding> {
  const small = await smallest(backend, { ...c, expect: { ...c.expect, coordinator: [], tasks: {} } });
  const runs = Math.max(RUNS, c.criu!.repeat);
  const messages = new Set<string>();
  const errors = new Set<string>();
  let shown = 0;
  let version = '';
  for (let i = 0; i < runs; i++) {
    const record = await run(backend, small, i);
    const violations = record ? violated(small, record) : [];
    if (violations.length > 0) shown++;
    for (const { message } of violations.slice(0, 2)) if (messages.size < 3) messages.add(plain(message));
    const seen = record?.criu;
    version = seen?.version ?? version;
    if (violations.length > 0 && seen) for (const error of errorsOf(seen.restore ?? seen.dump)) errors.add(error);
  }
  return { case: small, shown, runs, messages: [...messages], errors: [...errors].slice(0, 6), version };
}

function errorsOf({ errors }: CriuRun): string[] {
  return errors.slice(0, 4).map(plain);
}

/** Without what differs from run to run, or from machine to machine. */
function plain(text: string): string {
  return text
    .replace(/criu-agent-\w+/g, 'subject')
    .replace(/ld-linux-x86-64?/g, 'criu')
    .replace(/\/\S*\/subject/g, 'subject');
}

function section({ case: c, shown, runs, messages, errors }: Finding, i: number): string {
  const properties = c.expect.violates.map((name) => `**${name}**`).join(', ');
  const small: Case = { ...c, title: c.scenario, tags: [], explore: undefined } as unknown as Case;
  return [
    `## ${i + 1}. ${c.scenario}`,
    `_Violates_ ${properties}. _Shown_ in ${shown} of ${runs} runs. _More of it_ in \`${c.position.file}\`.`,
    ...(c.why === undefined ? [] : [c.why.trim()]),
    `\`\`\`yaml\n${writeScenario(small).trim()}\n\`\`\``,
    `What was seen:\n\n\`\`\`text\n${[...messages, ...errors.map((error) => `  criu: ${error}`)].join('\n')}\n\`\`\``,
  ].join('\n\n');
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
  const key = `${c.position.file} ${c.scenario}`;
  if (c.expect.violates.length > 0 && !first.has(key)) first.set(key, c);
}
const order = CRIU_PROPERTIES.map(({ name }) => name);
const marked = [...first.values()].sort(
  (a, b) => order.indexOf(a.expect.violates[0]!) - order.indexOf(b.expect.violates[0]!),
);
const backend = criu();
const findings: Finding[] = [];
for (const c of marked) {
  const finding = await find(backend, c);
  console.log(`${finding.shown}/${finding.runs} ${c.scenario} (${finding.case.tasks.length} tasks)`);
  findings.push(finding);
}
await backend.dispose();
const statements = [...new Set(marked.flatMap(({ expect }) => expect.violates))].map(
  (name) => `- **${name}**: ${propertyByName(name)!.statement}`,
);
const head = `# What was found in CRIU ${findings[0]?.version}

<!-- Generated by \`npm run findings:criu\` from runs of scenarios/criu. Do not edit. -->

Found on Linux ${release().split('-')[0]}, as root, with CRIU as Debian 13 has it. Each of these is a scenario in which a property of
[docs/properties.md](properties.md) does not hold, made as small as it still shows and run again ${RUNS} times (those that
are races more often; the number is given). A clean error is not a defect, and is not here. To see one again: save its text
as a file, and \`npx mktrouble run <file>\`.

The properties that are violated:

${statements.join('\n')}`;
const body = [head, ...findings.map(section), '# What was asked', overview(cases)];
writeFileSync(PAGE, `${body.join('\n\n')}\n`);
