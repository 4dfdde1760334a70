/** What a case expects: `all` written out, references checked, contradictions refused. */
import {
  DEFAULT_DEPTH,
  DEFAULT_SCHEDULES,
  type Expect,
  type ExpectedDefect,
  type Explore,
  type Fault,
  type Task,
  type TaskExpectation,
} from '../../model/case.ts';
import { TASK_POINT_NAMES, type TaskPoint } from '../../model/points.ts';
import { hashSignature } from '../../model/signature.ts';
import { isRange, RANGE_FORM } from '../../model/version-range.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import { currentName, type KnownNames, type Renames } from '../known-names.ts';
import { checkPoint, type OwnProtocolFacts } from '../own-protocol.ts';
import { toList } from './lists.ts';
import { pidNames, type Tree } from './tree.ts';

type Outcomes = NonNullable<Checked<'expect'>['tasks']>[string];

/** The expectations; the names of properties are checked when the caller knows them. `own`: what the scenario's own protocol declares. */
export function resolveExpect(
  written: Checked<'expect'>,
  tree: Tree,
  faults: readonly Fault[],
  complain: Complain,
  { properties, renamed, defects: known }: KnownNames,
  own?: OwnProtocolFacts,
): Expect {
  const expect = withCurrentNames(written, renamed?.properties, complain);
  const forked = new Set(faults.flatMap(listChildren));
  checkPids(expect, tree, forked, complain);
  checkWaiting(expect, complain);
  checkForked(expect, tree, complain);
  const defects = { violates: listNames(expect.violates), 'may-violate': listNames(expect['may-violate']) };
  checkProperties({ ...expect, ...defects }, complain, properties && [...(own?.properties ?? []), ...properties]);
  checkStages(expect, own, complain);
  const versions = readVersions(expect, complain);
  const named = readDefects(expect, known, complain);
  const tasks = resolveTasks(expect, tree);
  const leftWaiting = expect['left-waiting'] ?? alwaysWaiting(expect, tree);
  return {
    coordinator: [...new Set(toList(expect.coordinator))],
    tasks,
    ...(leftWaiting === undefined ? {} : { leftWaiting: [...new Set(leftWaiting)] }),
    violates: [...new Set(defects.violates)],
    ...(expect['may-violate'] === undefined ? {} : { mayViolate: [...new Set(defects['may-violate'])] }),
    ...(Object.keys(versions).length === 0 ? {} : { versions }),
    ...(Object.keys(named).length === 0 ? {} : { defects: named }),
    except: [...new Set(expect.except ?? [])],
    ...(expect.all === undefined ? {} : { only: [...new Set(expect.all)] }),
  };
}

/** Where tasks may wait: points, or stages of the scenario's own protocol. */
function checkStages(expect: Checked<'expect'>, own: OwnProtocolFacts | undefined, complain: Complain): void {
  for (const [pid, words] of Object.entries(expect.tasks ?? {})) {
    toList(words).forEach((one, i) => {
      const path = ['expect', 'tasks', pid, ...(Array.isArray(words) ? [i] : []), 'waiting'];
      if (typeof one === 'object') checkPoint(one.waiting, 'point of a task', TASK_POINT_NAMES, own, path, complain);
    });
  }
}

/** What `all` means for a task that need not be made. */
function orNeverForked(outcomes: readonly TaskExpectation[]): readonly TaskExpectation[] {
  if (outcomes.some(({ outcome }) => outcome === 'never-forked')) return outcomes;
  return [...outcomes, { outcome: 'never-forked' }];
}

function isForked({ forkedLate }: Task): boolean {
  return forkedLate !== undefined;
}

/** The pids of the children that a fault forks. */
function listChildren(fault: Fault): number[] {
  return fault.child === undefined ? [] : Array.from({ length: fault.times }, (_, i) => fault.child! + i);
}

function resolveTasks(expect: Checked<'expect'>, tree: Tree): Record<number, readonly TaskExpectation[]> {
  const { all, ...lines } = expect.tasks ?? {};
  const tasks: Record<number, readonly TaskExpectation[]> = {};
  if (all !== undefined) {
    const outcomes = readOutcomes(all);
    const waiting = new Set(expect['left-waiting']);
    for (const task of tree.tasks) {
      if (!waiting.has(task.pid)) tasks[task.pid] = isForked(task) ? orNeverForked(outcomes) : outcomes;
    }
  }
  for (const [pid, outcomes] of Object.entries(lines)) tasks[Number(pid)] = readOutcomes(outcomes);
  return tasks;
}

function readOutcomes(words: Outcomes): TaskExpectation[] {
  return toList(words).map((word) =>
    typeof word === 'string' ? { outcome: word } : { outcome: 'waiting', at: word.waiting as TaskPoint },
  );
}

/** An expectation that a task must wait at the end implies that it may. */
function alwaysWaiting(expect: Checked<'expect'>, tree: Tree): number[] | undefined {
  const { all, ...lines } = expect.tasks ?? {};
  const own = Object.keys(lines).filter((pid) => mustWait(lines[pid]!));
  const others = all === undefined || !mustWait(all) ? [] : tree.tasks.filter(({ pid }) => lines[pid] === undefined);
  const waiting = [...own.map(Number), ...others.map(({ pid }) => pid)];
  return waiting.length === 0 ? undefined : waiting;
}

function mustWait(words: Outcomes): boolean {
  return readOutcomes(words).every(({ outcome }) => outcome === 'waiting');
}

function checkPids(expect: Checked<'expect'>, tree: Tree, forked: ReadonlySet<number>, complain: Complain): void {
  const isKnown = (pid: number) => tree.task(pid) !== undefined || forked.has(pid);
  const names = () => [...pidNames(tree), ...[...forked].map(String)];
  for (const pid of Object.keys(expect.tasks ?? {})) {
    if (pid === 'all' || isKnown(Number(pid))) continue;
    complain({ ...unknown(['expect', 'tasks', pid], 'task', pid, () => ['all', ...names()]), part: 'key' });
  }
  expect['left-waiting']?.forEach((pid, i) => {
    if (!isKnown(pid)) complain(unknown(['expect', 'left-waiting', i], 'task', String(pid), names));
  });
}

/** A task that has its own line in `tasks` must agree with `left-waiting`, and vice versa. */
function checkWaiting(expect: Checked<'expect'>, complain: Complain): void {
  if (expect['left-waiting'] === undefined) return;
  const waiting = new Set(expect['left-waiting']);
  for (const [pid, words] of Object.entries(expect.tasks ?? {})) {
    if (pid === 'all') continue;
    const outcomes = readOutcomes(words);
    const path = ['expect', 'tasks', pid];
    if (waiting.has(Number(pid))) {
      if (outcomes.some(({ outcome }) => outcome === 'waiting')) continue;
      complain({ path, message: `task ${pid} is in left-waiting, but this line does not allow waiting` });
    } else if (outcomes.every(({ outcome }) => outcome === 'waiting')) {
      complain({ path, message: `task ${pid} waits in the end, but left-waiting does not name it` });
    }
  }
}

/** Only a task that is forked during the run can be never-forked. */
function checkForked(expect: Checked<'expect'>, tree: Tree, complain: Complain): void {
  for (const [pid, words] of Object.entries(expect.tasks ?? {})) {
    const made = pid === 'all' ? tree.tasks : [tree.task(Number(pid))];
    if (!readOutcomes(words).some(({ outcome }) => outcome === 'never-forked')) continue;
    if (made.some((task) => task === undefined || isForked(task))) continue;
    const message =
      pid === 'all' ? 'no task of this tree is forked during the run' : `task ${pid} is not forked during the run`;
    complain({ path: ['expect', 'tasks', pid], message, expected: 'an outcome of a task that exists from the start' });
  }
}

type Defects = Checked<'expect'>['violates'];

const PROPERTY_LISTS = ['violates', 'may-violate', 'except', 'all'] as const;

/** The expectations with the current name of each property. */
function withCurrentNames(
  expect: Checked<'expect'>,
  renames: Renames | undefined,
  complain: Complain,
): Checked<'expect'> {
  const current = { ...expect };
  for (const word of PROPERTY_LISTS) {
    const list = expect[word]?.map((entry, i) => {
      const path = ['expect', word, i];
      if (typeof entry === 'string') return currentName(entry, renames, path, complain);
      return { ...entry, property: currentName(entry.property, renames, [...path, 'property'], complain) };
    });
    if (list !== undefined) Object.assign(current, { [word]: list });
  }
  return current;
}

/** The properties that a list of known defects names. */
function listNames(defects: Defects): string[] {
  return (defects ?? []).map((defect) => (typeof defect === 'string' ? defect : defect.property));
}

/** The ranges of versions of the known defects that have one. */
function readVersions(expect: Checked<'expect'>, complain: Complain): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const word of ['violates', 'may-violate'] as const) {
    expect[word]?.forEach((defect, i) => {
      if (typeof defect === 'string' || defect.versions === undefined) return;
      if (!isRange(defect.versions)) {
        const path = ['expect', word, i, 'versions'];
        complain({ path, message: `${defect.versions} is no range of versions`, expected: RANGE_FORM });
      }
      versions[defect.property] = defect.versions;
    });
  }
  return versions;
}

/** The defects of mktrouble.known.yaml that lists of known defects name. */
function readDefects(
  expect: Checked<'expect'>,
  find: KnownNames['defects'],
  complain: Complain,
): Record<string, ExpectedDefect> {
  const named: Record<string, ExpectedDefect> = {};
  for (const word of ['violates', 'may-violate'] as const) {
    expect[word]?.forEach((one, i) => {
      if (typeof one === 'string' || one.defect === undefined || find === undefined) return;
      const path = ['expect', word, i, 'defect'];
      const defects = find();
      if (defects === undefined) complain({ path, message: NO_DEFECTS, hint: NO_DEFECTS_HINT });
      if (typeof defects === 'string') complain({ path, message: `mktrouble.known.yaml has mistakes:\n${defects}` });
      if (typeof defects !== 'object') return;
      const defect = defects.find(({ name }) => name === one.defect);
      if (!defect) complain(unknown(path, 'defect', one.defect, () => defects.map(({ name }) => name)));
      else named[one.property] = { name: defect.name, signatures: defect.signatures.map(hashSignature) };
    });
  }
  return named;
}

const NO_DEFECTS = 'there is no mktrouble.known.yaml in this folder, nor in one above it';
const NO_DEFECTS_HINT = 'mktrouble triage --update makes one of a JSON report';

type Names = Partial<Record<(typeof PROPERTY_LISTS)[number], readonly string[] | undefined>>;

function checkProperties(expect: Names, complain: Complain, known: readonly string[] | undefined): void {
  for (const word of PROPERTY_LISTS) {
    expect[word]?.forEach((name, i) => {
      if (known !== undefined && !known.includes(name))
        complain(unknown(['expect', word, i], 'property', name, () => known));
    });
  }
  const except = new Set(expect.except);
  const all = expect.all && new Set(expect.all);
  for (const word of ['violates', 'may-violate'] as const) {
    expect[word]?.forEach((name, i) => {
      const path = ['expect', word, i];
      if (except.has(name))
        complain({ path, message: `${name} is not judged (except), so it cannot be found violated` });
      if (all && !all.has(name))
        complain({
          path,
          message: `${name} is not among the properties that are judged (all), so it cannot be found violated`,
        });
    });
  }
  expect['may-violate']?.forEach((name, i) => {
    if (expect.violates?.includes(name))
      complain({ path: ['expect', 'may-violate', i], message: `${name} must be found violated (violates)` });
  });
}

/** How schedules are chosen, with the defaults. */
export function resolveExplore(explore: Checked<'explore'>, complain: Complain): Explore | undefined {
  const {
    strategy,
    schedule,
    schedules,
    seed,
    depth,
    'max-states': maxStates,
  } = typeof explore === 'string' ? { strategy: explore } : { ...explore };
  if (schedule !== undefined) {
    const other = Object.keys(explore).find((key) => key !== 'schedule');
    if (other === undefined) return { strategy: 'replay', schedules: 1, depth: DEFAULT_DEPTH, schedule };
    complain({ path: ['explore', other], part: 'key', message: `${other} chooses no schedule where one is given` });
    return undefined;
  }
  if (strategy === undefined) {
    complain({ path: ['explore'], part: 'key', message: 'strategy is missing, or a schedule' });
    return undefined;
  }
  if (maxStates !== undefined && strategy !== 'exhaustive') {
    const path = ['explore', 'max-states'];
    complain({ path, part: 'key', message: `max-states belongs to exhaustive, not to ${strategy}` });
  }
  return {
    strategy,
    ...(maxStates !== undefined && { maxStates }),
    schedules: schedules ?? DEFAULT_SCHEDULES,
    ...(seed === undefined ? {} : { seed: String(seed) }),
    depth: depth ?? DEFAULT_DEPTH,
  };
}
