/** Changes of what a scenario expects: each single thing that it says, replaced by another, left out, or put in. */
import { stringify } from 'yaml';
import { parseScenarios } from '../../src/index.ts';
import type { Case } from '../../src/model/case.ts';
import { PROPERTIES } from '../../src/properties/index.ts';
import type { ScenarioFileDocument } from './support.ts';

type Expect = Readonly<Record<string, unknown>>;
type Outcome = string | { readonly waiting: string };

export interface Mutant {
  /** What is changed, in words: the same on every run. */
  readonly change: string;
  /** The cases that it makes, in the order of the document's; undefined when it is no scenario any more. */
  cases(): readonly Case[] | undefined;
  /** Whether only `violates` is changed, which no property looks at. */
  readonly onlyViolates: boolean;
}

const COORDINATOR_ENDS = ['ok', 'EPERM'];
const TASK_ENDS = ['untouched', 'zombie'];
const WAITS = ['sync-1', 'threads'];

/** All mutants of a document. */
export function listMutants(document: ScenarioFileDocument): Mutant[] {
  const expect = (document.written['expect'] ?? {}) as Expect;
  const pids = [...new Set(document.cases.flatMap((c) => c.tasks.map(({ pid }) => pid)))];
  return [
    ...[...coordinators(expect), ...tasks(expect), ...leftWaiting(expect, pids)].map(([change, changed]) =>
      written(document, change, changed),
    ),
    ...violates(document),
  ];
}

/** A mutant that is read as its file would be. */
function written(document: ScenarioFileDocument, change: string, expect: Expect): Mutant {
  const cases = () => {
    const loaded = parseScenarios(stringify({ ...document.written, expect }), document.file);
    return loaded.diagnostics.length > 0 ? undefined : loaded.cases;
  };
  return { change, cases, onlyViolates: false };
}

function toList<T>(value: unknown): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T];
}

function* coordinators(expect: Expect): Generator<[string, Expect]> {
  const outcomes = toList<string>(expect['coordinator']);
  for (const [i, outcome] of outcomes.entries()) {
    const other = COORDINATOR_ENDS.find((end) => !outcomes.includes(end))!;
    yield [`coordinator: ${outcome} -> ${other}`, { ...expect, coordinator: outcomes.with(i, other) }];
  }
}

function* tasks(expect: Expect): Generator<[string, Expect]> {
  for (const [pid, lines] of Object.entries((expect['tasks'] ?? {}) as Record<string, Outcome | Outcome[]>)) {
    const outcomes = toList<Outcome>(lines);
    for (const [i, outcome] of outcomes.entries()) {
      for (const other of listOthers(outcome, outcomes)) {
        const changed = { ...(expect['tasks'] as object), [pid]: outcomes.with(i, other) };
        yield [`tasks.${pid}: ${text(outcome)} -> ${text(other)}`, { ...expect, tasks: changed }];
      }
    }
  }
}

function* listOthers(outcome: Outcome, all: readonly Outcome[]): Generator<Outcome> {
  const words = all.map(text);
  yield TASK_ENDS.find((end) => !words.includes(end))!;
  if (typeof outcome === 'object') yield { waiting: WAITS.find((at) => !words.includes(text({ waiting: at })))! };
}

function text(outcome: Outcome): string {
  return typeof outcome === 'string' ? outcome : `waiting at ${outcome.waiting}`;
}

function* leftWaiting(expect: Expect, pids: readonly number[]): Generator<[string, Expect]> {
  const waiting = toList<number>(expect['left-waiting']);
  for (const pid of pids) {
    const without = waiting.filter((one) => one !== pid);
    if (waiting.includes(pid)) yield [`left-waiting: without ${pid}`, { ...expect, 'left-waiting': without }];
    else yield [`left-waiting: with ${pid}`, { ...expect, 'left-waiting': [...waiting, pid] }];
  }
}

function violates({ written, cases }: ScenarioFileDocument): Mutant[] {
  const expect = (written['expect'] ?? {}) as Expect;
  const given = toList<string>(expect['violates']);
  return PROPERTIES.map(({ name }) => {
    const has = given.includes(name);
    const changed = has ? given.filter((one) => one !== name) : [...given, name];
    return {
      change: `violates: ${has ? 'without' : 'with'} ${name}`,
      cases: () => cases.map((c) => ({ ...c, expect: { ...c.expect, violates: changed } })),
      onlyViolates: true,
    };
  });
}
