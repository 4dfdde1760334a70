/**
 * Several engines in one run, side by side: each is a project. Comparing a case on the first and the last engine shows whether
 * a defect was fixed, remains, or is new. Pure; runs in a browser too.
 */

import type { Environment } from '../../src/record/environment.ts';
import { listTools } from '../words/environment.ts';
import type { CaseResult } from './result.ts';

/** What one engine showed of a case. */
export interface EngineCase {
  readonly id: string;
  readonly title: string;
  readonly backend: string;
  readonly project: string;
  /** Its place among the engines. Absent: engines are in the order in which they were met. */
  readonly number?: number;
  readonly result: string;
  /** The properties that are violated, expected or not; without those that say only that an expectation is not met. */
  readonly properties: readonly string[];
  /** It shows by chance, so that two runs of one engine may differ. */
  readonly isRace: boolean;
  /** `scenario.yaml#TITLE`. */
  readonly finding?: string;
  /** The flag that names the engine, and by what; absent where `mktrouble export` has none. */
  readonly engine?: { readonly flag: string; readonly value: string };
  /** Whether CRIU dumped the tree; absent where the run has no record of a dump. */
  readonly dumped?: boolean;
  /** The last error of a dump that failed. */
  readonly dumpError?: string;
}

/** An engine that cannot dump on this machine: its cases do not test its restore. */
export interface BrokenEngine {
  readonly project: string;
  /** Dumps that it was asked for; all of them failed. */
  readonly dumps: number;
  readonly error?: string;
}

/** Fewer failed dumps may be a regression that these cases show. */
const DUMPS_AT_LEAST = 5;

export const ENGINE_CHANGES = {
  new: 'the last engine shows it, and the first does not',
  flaky: 'a race that one of them shows, or a case that differs between runs',
  fixed: 'the first engine shows it, and the last does not',
  'still there': 'both show it',
} as const;
export type EngineChange = keyof typeof ENGINE_CHANGES;
export const ENGINE_CHANGE_NAMES = Object.keys(ENGINE_CHANGES) as EngineChange[];

/** A case on each engine. */
export interface EngineRow {
  readonly id: string;
  readonly title: string;
  readonly change: EngineChange;
  /** In the order of the engines; undefined where the case did not run. */
  readonly cells: readonly (EngineCase | undefined)[];
}

/** Properties that report an expectation that does not hold, and nothing about the engine. */
const EXPECTATIONS = new Set(['expectation', 'fault-never-fired']);

/** A result as one engine's; undefined where it is of no project, or of no scenario. */
export function toEngineCase({ verdict, kind, title }: CaseResult): EngineCase | undefined {
  if (verdict?.project === undefined) return undefined;
  const {
    id,
    backend,
    project,
    projectNumber: number,
    violations,
    known,
    case: c,
    record,
    position,
    environment,
  } = verdict;
  const dump = record?.criu?.dump;
  const error = dump && dump.exit !== 0 ? dump.errors.at(-1) : undefined;
  const engine = environment && findEngine(environment);
  return {
    id,
    title,
    backend,
    project,
    ...(number !== undefined && { number }),
    result: kind,
    properties: listEngineProperties([...violations, ...known]),
    isRace: (c?.criu?.repeat ?? 1) > 1 || (c?.expect.mayViolate?.length ?? 0) > 0,
    finding: `${position.file}#${verdict.title}`,
    ...(engine && { engine }),
    ...(dump && { dumped: dump.exit === 0 }),
    ...(error !== undefined && { dumpError: error }),
  };
}

/** A container runtime that was named goes before the CRIU that it starts. */
function findEngine(environment: Environment): EngineCase['engine'] {
  const [variable = '', value = ''] = listTools(environment).at(-1)?.setting ?? [];
  const flag = ENGINE_FLAGS[variable];
  return flag === undefined ? undefined : { flag, value };
}
const ENGINE_FLAGS: Readonly<Record<string, string>> = { MKTROUBLE_CRIU: '--criu', MKTROUBLE_RUNTIME: '--runtime' };

export class EngineTally {
  /** The projects of each backend with their places, in the order in which they were met. */
  readonly #projects = new Map<string, Map<string, number>>();
  readonly #cases = new Map<string, Map<string, EngineCase>>();

  add(one: EngineCase | undefined): void {
    if (!one) return;
    const projects = this.#projects.get(one.backend) ?? new Map<string, number>();
    this.#projects.set(one.backend, projects);
    if (!projects.has(one.project)) projects.set(one.project, one.number ?? projects.size);
    const cells = this.#cases.get(one.id) ?? new Map<string, EngineCase>();
    this.#cases.set(one.id, cells.set(one.project, one));
  }

  /** The engines of the backend that has several; none where there is nothing to compare. */
  projects(): readonly string[] {
    const several = [...this.#projects.values()].find(({ size }) => size > 1) ?? [];
    return [...several].sort(([, a], [, b]) => a - b).map(([project]) => project);
  }

  /** Engines of which every dump failed, in cases that another engine could dump. */
  broken(): readonly BrokenEngine[] {
    const comparable = [...this.#cases.values()].filter((cases) => [...cases.values()].some(({ dumped }) => dumped));
    return this.projects().flatMap((project) => {
      const dumps = comparable
        .flatMap((cases) => cases.get(project) ?? [])
        .filter(({ dumped }) => dumped !== undefined);
      if (dumps.length < DUMPS_AT_LEAST || dumps.some(({ dumped }) => dumped)) return [];
      const error = dumps.find(({ dumpError }) => dumpError !== undefined)?.dumpError;
      return [{ project, dumps: dumps.length, ...(error !== undefined && { error }) }];
    });
  }

  /** The cases that some engine shows a finding of, in the order of ENGINE_CHANGES; a broken engine is not compared. */
  rows(): readonly EngineRow[] {
    const projects = this.projects();
    if (projects.length === 0) return [];
    const broken = new Set(this.broken().map(({ project }) => project));
    const rows = [...this.#cases].flatMap(([id, cases]) => {
      const cells = projects.map((project) => cases.get(project));
      const change = nameChange(cells.map((cell) => (cell && broken.has(cell.project) ? undefined : cell)));
      return change === undefined ? [] : [{ id, title: cells.find((cell) => cell)!.title, change, cells }];
    });
    return ENGINE_CHANGE_NAMES.flatMap((name) => rows.filter(({ change }) => change === name));
  }
}

/** The properties of an engine's finding in a list of violations. */
export function listEngineProperties(violations: readonly { readonly property: string }[]): readonly string[] {
  return [...new Set(violations.map(({ property }) => property).filter((name) => !EXPECTATIONS.has(name)))];
}

/** `CRIU old against new: 3 new, 12 fixed`; the changes that some case has. */
export function summarizeChanges(projects: readonly string[], rows: readonly EngineRow[]): string {
  const counts = countChanges(rows).filter(([, cases]) => cases > 0);
  const text = counts.map(([change, cases]) => `${cases} ${change}`).join(', ');
  return `${projects[0]} against ${projects.at(-1)}: ${text === '' ? 'no finding' : text}`;
}

/** `CRIU 3.17.1 cannot dump here: 120 of 120 dumps failed: …`; it is not compared with the others. */
export function describeBroken({ project, dumps, error }: BrokenEngine): string {
  const reason = error === undefined ? '' : `: ${error}`;
  return `${project} cannot dump here and is not compared: ${dumps} of ${dumps} dumps failed${reason}`;
}

/** How many cases of each change. */
export function countChanges(rows: readonly EngineRow[]): readonly (readonly [EngineChange, number])[] {
  return ENGINE_CHANGE_NAMES.map((name) => [name, rows.filter(({ change }) => change === name).length] as const);
}

function nameChange(cells: readonly (EngineCase | undefined)[]): EngineChange | undefined {
  const ran = cells.filter((cell) => cell !== undefined && hasRun(cell)) as EngineCase[];
  const [first, last] = [ran[0], ran.at(-1)];
  if (!first || !last || first === last) return undefined;
  if (ran.some(({ result }) => result === 'flaky')) return 'flaky';
  const [was, is] = [first.properties.length > 0, last.properties.length > 0];
  if (!was && !is) return undefined;
  if (was !== is && (first.isRace || last.isRace)) return 'flaky';
  if (!is) return 'fixed';
  if (!was) return 'new';
  return last.properties.some((name) => !first.properties.includes(name)) && !last.isRace ? 'new' : 'still there';
}

function hasRun({ result }: EngineCase): boolean {
  return result === 'pass' || result === 'fail' || result === 'flaky';
}

/** What stands in the column of an engine: the violated properties, or how the case ended. */
export function cellText(cell: EngineCase | undefined): string {
  if (!cell) return '-';
  return cell.properties.length > 0 ? cell.properties.join(', ') : cell.result;
}
