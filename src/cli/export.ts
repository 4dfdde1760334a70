/**
 * Findings for `mktrouble export`: what the user names (a case, a replay file, a known defect, a row of a page of findings) as one
 * case, and what a run of it shows.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExportedFinding } from '../../reporters/export/finding.ts';
import { listEngineProperties } from '../../reporters/shared/engines.ts';
import type { Backend } from '../backends/backend.ts';
import { readText } from '../boundary/read-file.ts';
import { type BackendOptions, openBackend } from '../injector/backends.ts';
import { runCase } from '../injector/index.ts';
import { KNOWN_NAMES } from '../injector/known.ts';
import { findSmallest, listShown } from '../injector/smallest.ts';
import type { Case } from '../model/case.ts';
import { explainProperty } from '../properties/index.ts';
import type { Verdict } from '../record/verdict.ts';
import { DEFECTS_FILE, findDefectsFile, loadDefects } from '../scenario/defects.ts';
import { formatDiagnostic, loadScenarios } from '../scenario/index.ts';
import { MAX_REPLAY_BYTES } from '../scenario/limits.ts';
import { didYouMean } from '../scenario/source/nearest.ts';
import { suggestPath } from './nearest-path.ts';
import { readReplay } from './replay.ts';

/** What is wrong with the name of a finding. */
export class NoFinding extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export interface NamedFinding {
  readonly case: Case;
  /** The property of a replay file. */
  readonly property?: string;
  readonly schedule?: readonly string[];
  readonly protocol?: string;
}

/**
 * The case that a text names: `FILE#TITLE`, `FILE:LINE` or `FILE` of a scenario file, a `*.replay.yaml`, the name or title of a defect
 * in mktrouble.known.yaml, or `PAGE.md#N`, row N (or N.M) of a page of findings. Throws NoFinding, CannotRead.
 */
export function findNamed(text: string, known: string | undefined): NamedFinding {
  if (text.endsWith('.replay.yaml')) return findReplay(text);
  const [, file, selected] = /^(.+?\.(?:ya?ml|md))(?:[#:](.+))?$/s.exec(text) ?? [];
  if (file === undefined) return { case: findDefect(text, known) };
  if (!existsSync(file)) throw new NoFinding(`no such file: ${file}`, suggestPath(file));
  if (file.endsWith('.md')) return findRow(file, selected ?? '');
  return { case: findCase(file, selected) };
}

function findReplay(file: string): NamedFinding {
  const replay = readReplay(file);
  if (typeof replay === 'number') throw new NoFinding(`${file} cannot be replayed`);
  const { case: c, property, schedule, protocol } = replay;
  return { case: c, property, schedule, protocol };
}

/** Row N: a replay file that the section links, or a title with the file of its scenarios; of a defect with several, the first: row N.1. */
function findRow(file: string, number: string): NamedFinding {
  const text = readText(file, MAX_REPLAY_BYTES);
  const beside = (link: string): string => path.relative(process.cwd(), path.resolve(path.dirname(file), link));
  const rowOf = (name: string) =>
    new RegExp(`^\\| ${name.replaceAll('.', '\\.')} \\| ([^|]+) \\|.*\\]\\(([^)]+\\.yaml)\\)`, 'm').exec(text);
  const row = /^\d+(\.\d+)?$/.test(number) ? (rowOf(number) ?? rowOf(`${number}.1`)) : null;
  if (row) return { case: findCase(beside(row[2]!), row[1]!) };
  const [, title, runtime] =
    new RegExp(`^## ${number.replaceAll('.', '\\.')}\\. (.+) \\((\\w+)\\)$`, 'm').exec(text) ?? [];
  const [, suite] = /\]\(([^)]+\/runtimes\/[^)]+\.yaml)\)/.exec(text) ?? [];
  if (title !== undefined && suite !== undefined) return { case: findCase(beside(suite), title, runtime) };
  const section = new RegExp(`^## ${number}\\. .*?\\]\\(([^)]+\\.replay\\.yaml)\\)`, 'ms').exec(text);
  if (section) return findReplay(beside(section[1]!));
  throw new NoFinding(`${file} has no finding ${number || 'without a number'}`, `for example ${file}#1`);
}

function findDefect(text: string, known: string | undefined): Case {
  const file = known ?? findDefectsFile(process.cwd()) ?? findBelow();
  if (file === undefined)
    throw new NoFinding(`no such file: ${text}`, `and no ${DEFECTS_FILE} here that names a defect`);
  if (!existsSync(file)) throw new NoFinding(`no such file: ${file}`, suggestPath(file));
  const { defects, diagnostics } = loadDefects(file, KNOWN_NAMES.properties);
  if (diagnostics[0]) throw new NoFinding(formatDiagnostic(diagnostics[0]));
  const defect = defects.find(({ name, title }) => name === text || title === text);
  if (!defect)
    throw new NoFinding(
      `${file} has no defect ${text}`,
      didYouMean(
        text,
        defects.map(({ name }) => name),
      ),
    );
  const id = defect.cases?.[0];
  if (id === undefined) throw new NoFinding(`the defect ${text} names no case`, `add \`cases\` to it in ${file}`);
  const [scenarios, title] = [id.slice(0, id.indexOf('#')), id.slice(id.indexOf('#') + 1)];
  return findCase(scenarios, title);
}

/** The shipped suite has its file one folder below. */
function findBelow(): string | undefined {
  const file = `scenarios/criu/${DEFECTS_FILE}`;
  return existsSync(file) ? file : undefined;
}

/** One case of a file, for one runtime where that is named; of several the first that expects a violation. */
function findCase(file: string, selected: string | undefined, runtime?: string): Case {
  // A case with a verb or an editor of one's own is refused by the exporter, with the reason.
  const { faultVerbs: _, imageEditors: __, ...names } = KNOWN_NAMES;
  const { cases, diagnostics } = loadScenarios([file], names);
  const error = diagnostics.find(({ severity }) => severity !== 'warning');
  if (error) throw new NoFinding(formatDiagnostic(error));
  const fitting = cases.filter(
    (c) => isSelected(c, selected) && (runtime === undefined || c.runtime?.name === runtime),
  );
  const found = fitting.find(({ expect }) => expect.violates.length > 0) ?? fitting[0];
  if (found) return found;
  const titles = [...new Set(cases.map(({ scenario }) => scenario))];
  throw new NoFinding(`${file} has no case ${selected}`, didYouMean(selected ?? '', titles));
}

function isSelected({ title, scenario, position, id }: Case, selected: string | undefined): boolean {
  if (selected === undefined || selected === title || selected === scenario || id.endsWith(`#${selected}`)) return true;
  return String(position.line) === selected || scenario.replace(/ \([^)]*\)$/, '') === selected;
}

/**
 * Runs the case, where its backend works here, shrinks it, and puts together what an exporter needs. `sound`: an engine that does not
 * show the finding, which is a regression: what is left of the case passes with it. Throws NoFinding when it is none.
 */
export async function examine(
  named: NamedFinding,
  options: BackendOptions,
  signal: AbortSignal,
  sound?: BackendOptions,
): Promise<ExportedFinding> {
  const name = findEngineBackend(named.case) ?? 'simulated';
  const backend = await openBackend(name, options);
  const passesOn = sound && (await openBackend(name, sound));
  try {
    const first = await runOnce(backend, named, signal);
    const passed = passesOn && (await runSound(passesOn, named, first, signal));
    const expected = listExpected(named.case);
    const violates = first ? listSought(named.case, first) : [];
    const small = violates.length > 0 ? await findSmallest(named.case, { backend, violates, passesOn }) : named.case;
    const verdict = small === named.case ? first : await runOnce(backend, { ...named, case: small }, signal);
    const finding = describe({ ...named, case: withEdits(small, verdict) }, expected, verdict);
    return passed ? { ...finding, passesWith: describeEnvironment(passed) } : finding;
  } finally {
    await backend.dispose();
    await passesOn?.dispose();
  }
}

/** Runs the case once, where its backend works here, and exports it as it is. */
export async function examineAsIs(
  named: NamedFinding,
  options: BackendOptions,
  signal: AbortSignal,
): Promise<ExportedFinding> {
  const backend = await openBackend(findEngineBackend(named.case) ?? 'simulated', options);
  try {
    return describe(named, listExpected(named.case), await runOnce(backend, named, signal));
  } finally {
    await backend.dispose();
  }
}

/** The backend that runs a case on one engine or another: CRIU, or a container runtime. */
export function findEngineBackend({ criu, runtime }: Case): 'criu' | 'oci' | undefined {
  if (runtime) return 'oci';
  return criu && 'criu';
}

/** The run of the engine that does not show the finding. Throws NoFinding when it does, or when the other does not. */
async function runSound(
  backend: Backend,
  named: NamedFinding,
  first: Verdict | undefined,
  signal: AbortSignal,
): Promise<Verdict> {
  const sound = await runOnce(backend, named, signal);
  if (!first || !sound) throw new NoFinding('a regression is run with both engines, and one cannot be run here');
  if (sound.status !== 'pass')
    throw new NoFinding(
      `it is no regression: ${describeEnvironment(sound)} violates ${listShown(sound).join(', ')} too`,
      'name first the engine that passes, then the one that does not',
    );
  if (first.status === 'pass')
    throw new NoFinding(
      `${describeEnvironment(first)} passes too`,
      'name first the engine that passes, then the one that does not',
    );
  return sound;
}

function listExpected({ expect }: Case): readonly string[] {
  return expect.violates.length > 0 ? expect.violates : (expect.mayViolate ?? []);
}

/** What a smaller case has to show: what the scenario expects, or else what came first. Empty: it shows by chance, or is only unexpected. */
function listSought({ expect }: Case, verdict: Verdict): readonly string[] {
  if (expect.violates.length > 0) return expect.violates;
  if (expect.mayViolate?.length) return [];
  return listEngineProperties(verdict.violations).slice(0, 1);
}

function describe(
  { case: c, property }: NamedFinding,
  expected: readonly string[],
  verdict: Verdict | undefined,
): ExportedFinding {
  const violations = [...(verdict?.violations ?? []), ...(verdict?.known ?? [])];
  const names =
    property === undefined ? [...expected, ...violations.map((violation) => violation.property)] : [property];
  const rules = [...new Set(names)].flatMap((name) => explainProperty(name) ?? []);
  const { record } = verdict ?? {};
  return {
    title: c.scenario.replace(/ \([^)]*\)$/, ''),
    case: c,
    violates: rules.map(({ name }) => name),
    statements: Object.fromEntries(rules.map(({ name, title }) => [name, title])),
    sources: Object.fromEntries(rules.map(({ name, source }) => [name, source])),
    ...(verdict &&
      record &&
      violations.length > 0 && { seen: { record, violations, environment: describeEnvironment(verdict) } }),
  };
}

/** Changes drawn by a seed are exported as what they were. */
function withEdits(c: Case, verdict: Verdict | undefined): Case {
  const edits = verdict?.record?.criu?.edits;
  const isDrawn = c.criu?.images.some(({ kind }) => kind === 'mutate');
  const drawn = edits?.filter((edit) => edit.kind !== 'edited');
  return isDrawn && drawn && drawn.length === edits?.length ? { ...c, criu: { ...c.criu!, images: drawn } } : c;
}

/** Undefined when the backend does not work here. */
async function runOnce(
  backend: Backend,
  { case: c, schedule, protocol }: NamedFinding,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const verdict = await runCase(c, {
    backend,
    signal,
    ...(schedule && { schedule }),
    ...(protocol !== undefined && { protocol }),
  });
  return verdict.status === 'skip' || verdict.status === 'error' ? undefined : verdict;
}

function describeEnvironment({ environment }: Verdict): string {
  const { tool, kernel } = environment ?? {};
  return [tool && `${tool.name} ${tool.version}`, kernel?.split(' ').slice(0, 2).join(' ')].filter(Boolean).join(', ');
}
