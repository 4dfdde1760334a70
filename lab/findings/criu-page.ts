/** docs/criu-findings.md: the defects of CRIU, one row each, with the scenarios that show it below. */
import path from 'node:path';
import type { EngineChange } from '../../reporters/shared/engines.ts';
import { markdownCell } from '../../reporters/words/markdown.ts';
import type { Case } from '../../src/model/case.ts';
import type { KnownDefect } from '../../src/model/signature.ts';
import type { Measured, MeasuredScenario } from './criu-measured.ts';

/** Runs of a finding, when it does not say that it needs more. */
export const RUNS = 5;

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

/** What a finding is ranked by. */
type Ranked = Pick<MeasuredScenario, 'violates' | 'isDamaged'>;

/** The most severe first; those that need damaged images last. */
export function rank({ violates, isDamaged }: Ranked): number {
  const places = violates.map((name) => ORDER.indexOf(name)).map((place) => (place === -1 ? ORDER.length : place));
  return Math.min(...places) + (isDamaged ? ORDER.length + 1 : 0);
}

/** A defect and the scenarios that show it. */
export interface MeasuredDefect {
  readonly title: string;
  /** At least one: the one of its title first, then the most severe. */
  readonly scenarios: readonly MeasuredScenario[];
}

/** Scenarios by their reviewed defect; one that belongs to none is a defect of its own. The most severe defect first. */
export function groupByDefect(
  scenarios: readonly MeasuredScenario[],
  defects: readonly KnownDefect[],
): MeasuredDefect[] {
  const groups = new Map<string, MeasuredScenario[]>();
  for (const one of scenarios) {
    const key = one.defect ?? `${one.file}#${one.title}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const found = [...groups].map(([key, of]) => {
    const title = defects.find(({ name }) => name === key)?.title ?? of[0]!.title;
    const place = (one: MeasuredScenario) => (one.title === title ? -1 : rank(one));
    return { title, scenarios: of.sort((a, b) => place(a) - place(b)) };
  });
  const worst = ({ scenarios: of }: MeasuredDefect) => Math.min(...of.map(rank));
  return found.sort((a, b) => worst(a) - worst(b));
}

/** A row for a defect; with several scenarios a row for each below it, numbered 7.1, 7.2. */
function listRows({ title, scenarios }: MeasuredDefect, number: number): string[] {
  const [first] = scenarios;
  if (scenarios.length === 1 && first!.title === title) return [formatRow(`${number}`, first!)];
  const violates = [...new Set(scenarios.flatMap((one) => one.violates))].join(', ');
  const empty = first!.shown.map(() => '');
  const change = describeChange(first!.shown.map((_, i) => Math.max(...scenarios.map(({ shown }) => shown[i] ?? 0))));
  return [
    `| ${[number, title, violates, ...empty, ...change, `${scenarios.length} below`].join(' | ')} |`,
    ...scenarios.map((one, i) => formatRow(`${number}.${i + 1}`, one)),
  ];
}

function formatRow(number: string, { title, file, violates, runs, shown }: MeasuredScenario): string {
  const figures = shown.map((n) => `${n} of ${runs}`);
  const cells = [...figures, ...describeChange(shown), `[${path.basename(file)}](../${file})`];
  return `| ${[number, title, violates.join(', '), ...cells].join(' | ')} |`;
}

/** What became of a defect from the first version to the last, by how often each showed it; of one version there is nothing to say. */
function describeChange(shown: readonly number[]): readonly EngineChange[] {
  if (shown.length < 2) return [];
  return [shown.at(-1) === 0 ? 'fixed' : shown[0] === 0 ? 'new' : 'still there'];
}

function table(defects: readonly MeasuredDefect[], from: number, versions: readonly string[]): string {
  const columns = ['', 'finding', 'violates', ...versions, ...(versions.length > 1 ? ['change'] : []), 'scenarios'];
  const rows = defects.flatMap((one, i) => listRows(one, from + i));
  return [`| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`, ...rows].join('\n');
}

/** All defects: first those that need no damaged image. */
function contents(all: readonly MeasuredDefect[], versions: readonly string[]): string {
  const isDamaged = ({ scenarios }: MeasuredDefect) => scenarios.every((one) => one.isDamaged);
  const plainOnes = all.filter((one) => !isDamaged(one));
  return `## With the images that CRIU has written

${table(plainOnes, 1, versions)}

## With damaged images

CRIU takes its images for authentic: a process that can change them can do as much without a defect of CRIU. A damaged disk changes them too.

${table(all.filter(isDamaged), plainOnes.length + 1, versions)}`;
}

/** The title of a finding: that of a scenario, without its matrix values. */
export function readTitle({ scenario }: Pick<Case, 'scenario'>): string {
  return scenario.replace(/ \([^)]*\)$/, '');
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

/** The cases of each file, and how many of them have a known defect. */
function overview(cases: readonly Case[]): string {
  const marked = cases.filter(({ expect }) => expect.violates.length > 0);
  const count = (file: string, of: readonly Case[]) => of.filter(({ position }) => position.file === file).length;
  const files = [...new Set(cases.map(({ position }) => position.file))];
  return [
    '| scenarios | cases | in which CRIU violates a property |',
    '| --- | --- | --- |',
    ...files.map((file) => `| \`${file}\` | ${count(file, cases)} | ${count(file, marked)} |`),
    `| all | ${cases.length} | ${marked.length} |`,
  ].join('\n');
}

/** The parts of the page, apart from its paragraphs of details, which `sections` are. */
export function listParts(
  { versions, kernel, also, scenarios }: Measured,
  defects: readonly KnownDefect[],
  cases: readonly Case[],
  sections: readonly string[] = [],
): string[] {
  const head = `# Defects of CRIU ${versions.join(' and ')}

<!-- Generated by \`npm run findings:criu\` from runs of scenarios/criu. Do not edit. -->

In each of these scenarios CRIU violates a [property](properties.md). Tested on Linux ${kernel}, as root, with the
packages of Debian. Each was shrunk to a minimal tree with CRIU ${versions[0]} and run ${RUNS} times on each version, races more often. A clean
error is not a defect, and is not listed. \`still there\`, \`fixed\` and \`new\` compare the first version with the last; \`new\` is a defect
also where an earlier error keeps the first version from getting that far. A row is a reviewed defect ([mktrouble.known.yaml](../scenarios/criu/mktrouble.known.yaml)); where several
scenarios show it, they are below it. To reproduce one: \`npx mktrouble run <scenarios> --grep <title>\`. \`npm run findings:criu\` also writes
.mktrouble/pages/criu-findings.md, which has the minimal scenario, the violations and CRIU's log of each.

Some need a rare condition: a failing system call, a damaged image. No kernel returns ENOMEM for some of the calls that fail
here; the question is only whether CRIU, which checks for the error, handles it. The most severe come first: harm to other
processes, then lost state that is reported as success, then tasks that stay behind, then crashes and hangs of CRIU itself.

${contents(groupByDefect(scenarios, defects), versions)}`;
  return [head, ...sections, dependent(cases), ...also, '## Scenarios', overview(cases)];
}
