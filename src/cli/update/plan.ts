/** From what the cases of a scenario showed to what its section `expect` becomes. Only keys that do not hold are changed. */
import type { Observation } from '../../injector/observe.ts';
import type { Case } from '../../model/case.ts';
import type { JudgedTask } from '../../properties/rules/expectation.ts';
import type { ExpectEdit, ExpectWord } from '../../scenario/edit-expect.ts';

/** What the scenario has itself, as far as it is not in its cases. */
export interface Written {
  /** The keys of `expect.tasks`. */
  readonly taskKeys: readonly string[];
  /** The entries of `violates` and `may-violate`. */
  readonly violates: readonly ExpectWord[];
  readonly mayViolate: readonly ExpectWord[];
}

export interface PlanOptions {
  /** Whether violated properties that are not declared become known defects. */
  readonly acceptViolations: boolean;
}

/** The changes, none when all holds; or a sentence that says why there can be none. */
export function planExpect(
  observations: readonly Observation[],
  written: Written,
  { acceptViolations }: PlanOptions,
): readonly ExpectEdit[] | string {
  const broken = observations.find(({ unusable }) => unusable?.status === 'other');
  if (broken) return broken.unusable!.reason;
  const seen = observations.filter(({ unusable }) => !unusable);
  const undeclared = union(seen.map((one) => one.undeclared));
  if (undeclared.length > 0 && !acceptViolations)
    return `${undeclared.join(', ')}: a violated property is a finding; --accept-violations declares it as a known defect`;
  const listed = [...written.violates, ...written.mayViolate];
  const narrow = undeclared.find((property) => listed.some(({ key }) => key === property));
  if (narrow !== undefined)
    return `${narrow} is declared for one defect or some versions, and this violation is another: change it by hand`;
  const ends = [...planCoordinator(seen), ...planTasks(seen, written.taskKeys), ...planWaiting(seen, acceptViolations)];
  // An end that is expected violates less: a task that may wait is not left waiting.
  return ends.length > 0 ? ends : planViolates(seen, written, undeclared);
}

function planCoordinator(seen: readonly Observation[]): ExpectEdit[] {
  const fails = seen.some(
    ({ case: { expect }, coordinator }) =>
      expect.coordinator.length > 0 &&
      ![...coordinator].every((one) => expect.coordinator.some((word) => word === one)),
  );
  if (!fails) return [];
  const before = seen.flatMap(({ case: { expect } }) => expect.coordinator);
  const now = union(seen.map(({ coordinator }) => coordinator));
  return [{ path: ['coordinator'], words: keepOrder(now, before).map((key) => ({ key, text: key })) }];
}

function planTasks(seen: readonly Observation[], keys: readonly string[]): ExpectEdit[] {
  const lines = keys.filter((key) => key !== 'all');
  const own = lines
    .filter((key) => seen.some((one) => !holds(one, Number(key))))
    .map((key) => writeTask(key, joinEnds(seen, [Number(key)])));
  return keys.includes('all') ? [...own, ...planAll(seen, new Set(lines))] : own;
}

/** Tasks of `all` that end otherwise get lines of their own; where none ends as it says, `all` is what most of them do. */
function planAll(seen: readonly Observation[], lines: ReadonlySet<string>): ExpectEdit[] {
  const pidsOf = ({ case: c }: Observation): number[] =>
    Object.keys(c.expect.tasks)
      .filter((pid) => !lines.has(pid))
      .map(Number);
  const pids = [...new Set(seen.flatMap(pidsOf))];
  const failing = pids.filter((pid) => seen.some((one) => !holds(one, pid)));
  if (failing.length === 0) return [];
  const isSameTree = seen.every((one) => pidsOf(one).length === pids.length);
  if (!isSameTree) return [writeTask('all', joinEnds(seen, pids))];
  const ends = new Map(failing.map((pid) => [pid, joinEnds(seen, [pid])]));
  const most = failing.length === pids.length ? mostFrequent([...ends.values()]) : undefined;
  const others = failing.filter((pid) => most === undefined || keyOf(ends.get(pid)!) !== keyOf(most));
  return [
    ...others.map((pid) => writeTask(String(pid), ends.get(pid)!)),
    ...(most === undefined ? [] : [writeTask('all', most)]),
  ];
}

function mostFrequent(all: readonly (readonly JudgedTask[])[]): readonly JudgedTask[] {
  const countOf = (ends: readonly JudgedTask[]): number => all.filter((one) => keyOf(one) === keyOf(ends)).length;
  return all.reduce((most, ends) => (countOf(ends) > countOf(most) ? ends : most));
}

/** Whether a task ends in all runs of a case as the case expects. */
function holds({ case: { expect }, tasks }: Observation, pid: number): boolean {
  const expected = expect.tasks[pid];
  return (
    expected === undefined ||
    (tasks.get(pid) ?? []).every((end) => expected.some((one) => wordOf(one).key === wordOf(end).key))
  );
}

/** The ends of these tasks in all cases, those that were expected first. */
function joinEnds(seen: readonly Observation[], pids: readonly number[]): readonly JudgedTask[] {
  const ends = seen.flatMap(({ tasks }) => pids.flatMap((pid) => tasks.get(pid) ?? []));
  const byKey = new Map(ends.map((end) => [wordOf(end).key, end]));
  const expected = seen.flatMap(({ case: { expect } }) => pids.flatMap((pid) => expect.tasks[pid] ?? []));
  return keepOrder(
    [...byKey.keys()],
    expected.map((one) => wordOf(one).key),
  ).map((key) => byKey.get(key)!);
}

function writeTask(key: string, ends: readonly JudgedTask[]): ExpectEdit {
  return { path: ['tasks', key], words: ends.map(wordOf) };
}

function wordOf({ outcome, at }: JudgedTask): ExpectWord {
  return at === undefined ? { key: outcome, text: outcome } : { key: `waiting ${at}`, text: `{ waiting: ${at} }` };
}

function keyOf(ends: readonly JudgedTask[]): string {
  return ends
    .map((end) => wordOf(end).key)
    .sort()
    .join(' ');
}

/** `left-waiting` names the tasks that wait; a further one violates a property, and is added only where that is accepted. */
function planWaiting(seen: readonly Observation[], acceptViolations: boolean): ExpectEdit[] {
  const declared = seen.filter(({ case: c }) => isDeclared(c));
  const fails = declared.some(({ case: { expect }, leftWaiting }) => {
    const expected = new Set(expect.leftWaiting);
    const missing = [...expected].some((pid) => !leftWaiting.has(pid));
    return missing || (acceptViolations && [...leftWaiting].some((pid) => !expected.has(pid)));
  });
  if (!fails) return [];
  const pids = union(declared.map(({ leftWaiting }) => leftWaiting)).sort((a, b) => a - b);
  return [{ path: ['left-waiting'], words: pids.map((pid) => ({ key: String(pid), text: String(pid) })) }];
}

function isDeclared({ positions }: Case): boolean {
  return positions['expect.left-waiting'] !== undefined;
}

/** What every case shows is in `violates`, what only some show in `may-violate`, what none shows is removed. */
function planViolates(seen: readonly Observation[], written: Written, undeclared: readonly string[]): ExpectEdit[] {
  const isShown = (one: Observation, property: string): boolean =>
    one.declared.has(property) || one.undeclared.has(property);
  const isAsked = ({ case: { expect } }: Observation, property: string): boolean => expect.violates.includes(property);
  const failing = written.violates.filter(({ key }) => seen.some((one) => isAsked(one, key) && !isShown(one, key)));
  const added = undeclared.map((key): ExpectWord => ({ key, text: key }));
  const always = added.filter(({ key }) => seen.every((one) => isShown(one, key)));
  const sometimes = added.filter((word) => !always.includes(word));
  const moved = failing.filter(({ key }) => seen.some((one) => isShown(one, key)));
  const violates = [...written.violates.filter((word) => !failing.includes(word)), ...always];
  const mayViolate = [...written.mayViolate, ...moved, ...sometimes];
  return [
    ...(failing.length + always.length > 0 ? [{ path: ['violates'], words: violates }] : []),
    ...(moved.length + sometimes.length > 0 ? [{ path: ['may-violate'], words: mayViolate }] : []),
  ];
}

function union<T>(sets: readonly ReadonlySet<T>[]): T[] {
  return [...new Set(sets.flatMap((set) => [...set]))];
}

/** Those that were there keep their order, and go before the others. */
function keepOrder(now: readonly string[], before: readonly string[]): string[] {
  return [...new Set([...before.filter((one) => now.includes(one)), ...now])];
}
