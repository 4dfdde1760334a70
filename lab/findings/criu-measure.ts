/** Shrinks the scenarios of the CRIU suite that show a defect, and runs each several times with every version of CRIU. */
import { readImage } from '../../src/backends/criu/images/file.ts';
import { readMessage } from '../../src/backends/criu/images/wire.ts';
import type { CriuBackend } from '../../src/backends/criu/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { findSmallest } from '../../src/injector/smallest.ts';
import type { Case } from '../../src/model/case.ts';
import { PSTREE_FIELDS } from '../../src/model/criu.ts';
import { findBucket, type KnownDefect } from '../../src/model/signature.ts';
import { judge } from '../../src/properties/index.ts';
import { signFinding } from '../../src/properties/signature.ts';
import type { CriuRun } from '../../src/record/criu.ts';
import { callEnd } from '../../src/record/program-text.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';
import type { MeasuredScenario } from './criu-measured.ts';
import { RUNS, readTitle } from './criu-page.ts';

/** What was measured of a scenario, and what its runs showed. */
export interface Finding {
  readonly measured: MeasuredScenario;
  /** The minimal case. */
  readonly case: Case;
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

/** Whether a finding needs images that CRIU has not written: CRIU trusts its images. */
export function needsDamage({ criu }: Case): boolean {
  return criu!.images.length > 0;
}

/** Measures a case; its defect is that of the first run that shows it. */
export async function measure(
  [backend, ...others]: readonly CriuBackend[],
  c: Case,
  defects: readonly KnownDefect[],
): Promise<Finding> {
  // With the usual limit of time: that of the suite is short, for all that never ends is waited for.
  const small = withoutLimit(
    await findSmallest(
      { ...c, expect: { ...c.expect, coordinator: [], tasks: {} } },
      { backend: backend!, violates: c.expect.violates },
    ),
  );
  const runs = Math.max(RUNS, c.criu!.repeat);
  const messages = new Set<string>();
  const errors = new Set<string>();
  const ends = new Set<string>();
  let shown = 0;
  let defect: string | undefined;
  for (let i = 0; i < runs; i++) {
    const record = await run(backend!, small, i);
    const violations = record ? violated(small, record) : [];
    if (violations.length > 0) shown++;
    for (const { message } of violations.slice(0, 2)) if (messages.size < 3) messages.add(plain(message));
    const seen = record?.criu;
    if (violations.length === 0 || !seen) continue;
    defect ??= findDefect(small, record, defects);
    for (const error of readErrors(seen.restore ?? seen.dump)) errors.add(error);
    ends.add([seen.dump, seen.restore].flatMap((one) => (one ? [`the ${one.of} ${callEnd(one)}`] : [])).join(', '));
  }
  const elsewhere: number[] = [];
  for (const other of others) {
    const seen = await count(other, small, runs, defects);
    elsewhere.push(seen.shown);
    defect ??= seen.defect;
  }
  return {
    measured: {
      title: readTitle(c),
      file: c.position.file,
      violates: c.expect.violates,
      isDamaged: needsDamage(c),
      runs,
      shown: [shown, ...elsewhere],
      ...(defect !== undefined && { defect }),
    },
    case: small,
    messages: [...messages],
    errors: [...errors].slice(0, 6),
    ends: [...ends],
  };
}

/** The defect whose signature a finding has. */
function findDefect(c: Case, record: RunRecord, defects: readonly KnownDefect[]): string | undefined {
  const signature = signFinding(c, record, judge(c, record));
  return signature && findBucket(signature, defects).defect;
}

/** In how many of these runs a case violates what it says, and the defect of the first that does. */
async function count(
  backend: CriuBackend,
  c: Case,
  runs: number,
  defects: readonly KnownDefect[],
): Promise<Pick<MeasuredScenario, 'defect'> & { readonly shown: number }> {
  let shown = 0;
  let defect: string | undefined;
  for (let i = 0; i < runs; i++) {
    const record = await run(backend, c, i);
    if (!record || violated(c, record).length === 0) continue;
    shown++;
    defect ??= findDefect(c, record, defects);
  }
  return { shown, ...(defect !== undefined && { defect }) };
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
export function section({ case: c, measured, messages, errors, ends }: Finding, versions: readonly string[]): string {
  const { title, file, violates, runs, shown } = measured;
  const properties = violates.map((name) => `**${name}**`).join(', ');
  const small: Case = { ...c, title, tags: [], explore: undefined } as unknown as Case;
  const log = errors.length === 0 ? ['  criu: (no error in its log)'] : errors.map((error) => `  criu: ${error}`);
  const figures = shown.map((n, v) => `${n} of ${runs} runs of ${versions[v]}`).join(', ');
  return [
    `## ${title}`,
    `_Violates_ ${properties}. _Shown_ in ${figures}. _Scenarios_ in \`${file}\`.`,
    ...(c.why === undefined ? [] : [c.why.trim()]),
    `\`\`\`yaml\n${writeScenario({ ...small, why: undefined } as unknown as Case).trim()}\n\`\`\``,
    `Result (${ends.join('; or ')}):\n\n\`\`\`text\n${[...messages, ...log].join('\n')}\n\`\`\``,
  ].join('\n\n');
}

/** Runs of a case with varying outcomes. */
const LOTTERY = 40;

/** A zombie that has no thread in pstree.img: no scenario of the suite, for which property it violates differs from run to run. */
export async function zombieWithoutThreads(all: CriuBackend): Promise<string> {
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
export async function threadsOfZombie(all: CriuBackend): Promise<string> {
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
