/**
 * `npm run findings:runtimes`: writes docs/runtime-findings.md. Runs the first case of each scenario of scenarios/runtimes/findings.yaml on
 * each runtime several times, and a few calls on each runtime for the table of what it can do. Takes half an hour. With names of runtimes
 * (`npm run findings:runtimes -- podman`), or parts of titles, the sections of the others are kept as they are, where their scenario is still
 * there; with titles only, the table too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { RUNTIME_NAMES } from '../../src/model/runtime.ts';
import type { RuntimeRecord } from '../../src/record/runtime.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { loadScenarios, parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const PAGE = 'docs/runtime-findings.md';
const SUITE = 'scenarios/runtimes/findings.yaml';
const RUNS = 5;
const TABLE = '## What each runtime can do';
/** Milliseconds of a run at most: the longest of the suite takes a few calls that end at their limits. */
const RUN_LIMIT = 180_000;
/** By its words in the table, the rest of the runtime section. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  'checkpoint, restore': '',
  'a network of its own': ', network: own',
  'leave running': ', rounds: [leave-running, exec]',
  'pre-dump chain': ', rounds: [pre-dump, checkpoint, restore]',
  'another name': ', rounds: [checkpoint, restore-renamed, exec]',
  'restored twice': ', rounds: [checkpoint, restore, delete, restore]',
  'while paused': ', rounds: [pause, checkpoint, restore]',
};

const backend = await openBackend('oci');

/** Undefined when it does not end in time. */
async function run(c: Case): Promise<Verdict | undefined> {
  const over = new AbortController();
  const limit = sleep(RUN_LIMIT, undefined, { signal: over.signal }).catch(() => undefined);
  const verdict = await Promise.race([runCase(c, { backend, schedules: 1 }), limit]);
  over.abort();
  if (!verdict) console.error(`${c.title}: no end in ${RUN_LIMIT / 1000} s`);
  return verdict;
}

interface Finding {
  readonly case: Case;
  readonly shown: number;
  readonly record: RuntimeRecord | undefined;
  readonly messages: readonly string[];
}

const NO_END = {
  status: 'fail',
  violations: [],
  reason: `no end in ${RUN_LIMIT / 1000} s`,
  record: undefined,
} as const;

async function examine(c: Case): Promise<Finding | string> {
  const verdicts: Verdict[] = [];
  for (let i = 0; i < RUNS; i++) {
    const verdict = await run(c);
    if (verdict?.status === 'skip') return `${c.runtime!.name}: ${verdict.reason}`;
    if (verdict) verdicts.push(verdict);
  }
  // A defect that the scenario expects is known.
  const showing = verdicts.filter(({ known }) =>
    c.expect.violates.every((name) => known.some(({ property }) => property === name)),
  );
  const [first] = showing;
  return {
    case: c,
    shown: showing.length,
    record: first?.record?.runtime,
    messages: first?.known.map(({ property, message }) => `\`${property}\`: ${message}`) ?? [],
  };
}

/** The first case of each scenario on each runtime. */
function choose(cases: readonly Case[]): Case[] {
  const seen = new Set<string>();
  return cases.filter(({ scenario, runtime }) => {
    const key = `${scenario} ${runtime!.name}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The call that failed, and what the runtime printed last. */
function failureText(record: RuntimeRecord | undefined): string {
  const failed = record?.runs.find(({ exit }) => exit !== 0);
  return failed ? `${failed.call}: ${failed.message.split('\n').at(-1)!.slice(0, 200)}` : '';
}

async function capabilities(): Promise<string> {
  const rows: string[] = [];
  for (const name of RUNTIME_NAMES) {
    const cells: string[] = [];
    for (const words of Object.values(CAPABILITIES)) {
      const { cases } = parseScenarios(
        `scenario: A\ntree: { pid: 100 }\nruntime: { name: ${name}${words} }\nexpect: { coordinator: ok }\n`,
        'a.yaml',
        KNOWN_NAMES,
      );
      const { status, violations, reason, record } = (await run(cases[0]!)) ?? NO_END;
      const why = reason ?? (failureText(record?.runtime) || violations.map(({ property }) => property).join(', '));
      cells.push(status === 'pass' ? 'yes' : status === 'skip' ? `not tested: ${why}` : `no: ${why}`);
      if (status === 'skip' && cells.length === 1 && /is not here/.test(why)) break;
    }
    rows.push(
      `| ${name} | ${[...cells, ...Array(Object.keys(CAPABILITIES).length - cells.length).fill('')].join(' | ')} |`,
    );
  }
  const names = Object.keys(CAPABILITIES);
  return [`| runtime | ${names.join(' | ')} |`, `| --- |${names.map(() => ' --- |').join('')}`, ...rows].join('\n');
}

/** Before the title of a section in the page. */
const NUMBER = /^## \d+\. /;

/** The title of a section, without its number. */
function heading({ scenario, runtime }: Case): string {
  return `## ${scenario} (${runtime!.name})`;
}

/** The sections of the page as it is, by their titles. */
function readSections(): Map<string, string> {
  const sections = readFileSync(PAGE, 'utf8').split(/\n(?=## )/);
  return new Map(sections.map((text) => text.replace(NUMBER, '## ')).map((text) => [text.split('\n')[0]!, text]));
}

function section({ case: c, shown, record, messages }: Finding): string {
  const versions = record
    ? `${record.runtime} ${record.version}${record.criu ? `, CRIU ${record.criu}` : ''}`
    : c.runtime!.name;
  const { why, ...rest } = c;
  const text = writeScenario({ ...rest, scenario: c.scenario, title: c.scenario, tags: [] });
  const list = messages.map(
    (message) =>
      `- ${message
        .replace(/time="[^"]*" /g, '')
        .replaceAll('\n', ' ')
        .slice(0, 400)}`,
  );
  return `${heading(c)}\n\n${versions}; shown in ${shown} of ${RUNS} runs. Cause: ${why}.\n\n${list.join('\n')}\n\n\`\`\`yaml\n${text}\`\`\`\n`;
}

const { cases } = loadScenarios([SUITE], KNOWN_NAMES);
const names = process.argv.slice(2);
const kept = readSections();
const keepsTable = names.length > 0 && !names.some((name) => RUNTIME_NAMES.includes(name as never));
const sections: string[] = [];
const skipped: string[] = [];
for (const c of choose(cases)) {
  if (names.length > 0 && !names.some((name) => name === c.runtime!.name || heading(c).includes(name))) {
    const text = kept.get(heading(c));
    if (text !== undefined) sections.push(`${text.trimEnd()}\n`);
    continue;
  }
  const found = await examine(c);
  if (typeof found === 'string') skipped.push(found);
  else if (found.shown > 0) sections.push(section(found));
  console.log(c.title, typeof found === 'string' ? found : `${found.shown} of ${RUNS}`);
}
const page = `<!-- Generated by \`npm run findings:runtimes\` from ${SUITE}. Do not edit. -->

# Defects of container runtimes

What mktrouble has found in released runtimes, as Debian packages them, each run ${RUNS} times: the smallest scenario, what it violates, and the cause.
The container has one process. [How the backend works](runtime-backend.md). The scenarios are in
[${SUITE}](../${SUITE}); \`npx mktrouble export ${PAGE}#1 --as sh\` writes the first as
a shell script that needs the runtime and CRIU, and nothing of mktrouble ([how often they show](reproducers.md#container-runtimes)).

${TABLE}

${keepsTable ? kept.get(TABLE)!.replace(TABLE, '').trim() : await capabilities()}

${skipped.length === 0 ? '' : `Not examined: ${[...new Set(skipped)].join('; ')}.\n\n`}${sections.map((text, i) => text.replace(/^## /, `## ${i + 1}. `)).join('\n')}`;
writeFileSync(PAGE, page);
await backend.dispose();
// A run that has not ended must not keep this program running.
process.exit();
