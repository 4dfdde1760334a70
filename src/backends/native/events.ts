/** The agent's trace in the words of the record. */
import type * as z from 'zod';
import { FAILURES, type Failure } from '../../model/case.ts';
import { COORDINATOR_POINT_NAMES, type Point, TASK_POINT_NAMES } from '../../model/points.ts';
import { signalName } from '../../model/signals.ts';
import {
  type Actor,
  type DebugEntry,
  type DebugState,
  type DebugType,
  type Effect,
  FINDING_KINDS,
  type Finding,
  type RunEvent,
} from '../../record/record.ts';
import { BadAnswer, itemAt } from '../agent/answer.ts';
import type { NativePlan } from './plan.ts';
import { EVENT_WORDS, type READY, type Report } from './report.ts';

/** Of a number that would name an actor: the environment, or no task. */
const NO_TASK = -1;
const SIGKILL = 9;

const POINTS: ReadonlySet<Point> = new Set([...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES]);
const FAILURE_NAMES: ReadonlySet<Failure> = new Set(Object.keys(FAILURES) as Failure[]);
const HOW = new Set(['exited', 'killed', 'zombie'] as const);
const DEFECTS = new Set(FINDING_KINDS);
const TYPES: ReadonlySet<DebugType> = new Set(['Coord', 'Root', 'Ghost', 'Task']);
const STATES: ReadonlySet<DebugState> = new Set(['Waiting', 'Running', 'Failed', 'Success', 'Exited']);

/** What an event's values refer to. */
interface EventScope {
  readonly made: NativePlan;
  /** `nr_tasks` of the image. */
  readonly saved: number;
  taskOf(number: number): Exclude<Actor, 'environment'>;
  text(place: number): string;
  /** The text at a place, which is one of these names. Throws BadAnswer. */
  name<T extends string>(place: number, names: ReadonlySet<T>): T;
}

/** An entry of a status list is no event by itself. */
type Meaning = Effect | { readonly kind: 'status-entry'; readonly type: DebugType; readonly state: DebugState };

/** A kind of events. */
export interface Kind {
  /** Names of its values, as the agent says them (agent/trace.c). */
  readonly values: readonly string[];
  readonly meaning: (a: number, b: number, scope: EventScope) => Meaning;
}

function kind(values: string, meaning: Kind['meaning']): Kind {
  return { values: values.split(' ').filter(Boolean), meaning };
}

const KINDS: Readonly<Record<string, Kind>> = {
  point: kind('point', (point, _, { name }) => ({ kind: 'point', point: name(point, POINTS) })),
  call: kind('pid flags', (pid, flags) => ({ kind: 'call', pid, flags })),
  visit: kind('task', (task, _, { taskOf }) => ({ kind: 'visit', task: taskOf(task) })),
  mark: kind('task', (task, _, { taskOf }) => ({ kind: 'mark', task: taskOf(task) })),
  unmark: kind('', () => ({ kind: 'unmark' })),
  sleep: kind('on', (on, _, { text }) => ({ kind: 'sleep', on: text(on) })),
  wake: kind('task', (task, _, { taskOf }) => ({ kind: 'wake', task: taskOf(task) })),
  interrupted: kind('on', (on, _, { text }) => ({ kind: 'interrupted', on: text(on) })),
  signal: kind('task signal', (task, signal, { taskOf }) => ({
    kind: 'signal',
    task: taskOf(task),
    signal: signalName(signal),
    force: false,
  })),
  kill: kind('task', (task, _, { taskOf }) => ({
    kind: 'signal',
    task: taskOf(task),
    signal: signalName(SIGKILL),
    force: true,
  })),
  activate: kind('index pid', (index, pid, { saved }) => ({ kind: 'activate', index, ...(index < saved && { pid }) })),
  'restore-begin': kind('', () => ({ kind: 'restore-begin' })),
  'restore-end': kind('result', (result) => ({
    kind: 'restore-end',
    ...(result < 0 ? { error: result } : { record: result }),
  })),
  'threads-passed': kind('', () => ({ kind: 'threads-passed' })),
  done: kind('left', (left) => ({ kind: 'done', left })),
  total: kind('tasks', (tasks) => ({ kind: 'total', tasks })),
  error: kind('error first', (error, first) => ({ kind: 'error', error, first: first !== 0 })),
  success: kind('', () => ({ kind: 'success' })),
  complete: kind('what', (what, _, { text }) => ({ kind: 'complete', what: text(what) })),
  get: kind('references', (references) => ({ kind: 'get', references })),
  put: kind('references', (references) => ({ kind: 'put', references })),
  free: kind('', () => ({ kind: 'free' })),
  status: kind('status', (status, _, { name }) => ({ kind: 'status', status: name(status, STATES) })),
  'status-list': kind('', () => ({ kind: 'status-list', entries: [] })),
  'status-entry': kind('type state', (type, state, { name }) => ({
    kind: 'status-entry',
    type: name(type, TYPES),
    state: name(state, STATES),
  })),
  fork: kind('child inherits', (child, inherits, { made }) => ({
    kind: 'fork',
    child: itemAt(made.cast.actors, child, 'actors').pid,
    inherits: inherits !== 0,
  })),
  'fork-failed': kind('error', (error) => ({ kind: 'fork-failed', error })),
  frozen: kind('task', (task, _, { taskOf }) => ({ kind: 'frozen', task: taskOf(task) })),
  return: kind('result', (result) => ({ kind: 'return', result })),
  user: kind('', () => ({ kind: 'user' })),
  exit: kind('code how', (code, place, { name }) => {
    const how = name(place, HOW);
    return { kind: 'exit', how, code: how === 'killed' ? SIGKILL : code };
  }),
  reparent: kind('task to', (task, to, { taskOf }) => ({
    kind: 'reparent',
    task: taskOf(task),
    ...(to !== NO_TASK && { to: taskOf(to) }),
  })),
  fault: kind('fault target', (number, target, { made, taskOf }) => {
    const { name, verb } = itemAt(made.faults, number, 'faults').fault;
    return { kind: 'fault', fault: name, verb, ...(target !== NO_TASK && { target: taskOf(target) }) };
  }),
  log: kind('error', (error) => ({ kind: 'log', text: `[err ${error}]` })),
  finding: kind('kind at', (defect, at, { name, text }) => ({
    kind: 'finding',
    finding: { kind: name(defect, DEFECTS), at: text(at) },
  })),
  detach: kind('task', (task, _, { taskOf }) => ({ kind: 'detach', task: taskOf(task) })),
  'call-failed': kind('call error', (call, error, { name }) => ({
    kind: 'call-failed',
    call: name(call, FAILURE_NAMES),
    error,
  })),
};

/** The kinds of events that an agent has, in its order. Throws BadAnswer for one that is not known here. */
export function findKinds({ kinds }: z.infer<typeof READY>): Kind[] {
  return kinds.map(({ kind, values }) => {
    const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (known?.values.join() !== values.join())
      throw new BadAnswer(`there is no event ${kind} of ${values.join(', ')}`);
    return known!;
  });
}

/** The events of a run; what of them is a finding is added there. Throws BadAnswer. */
export function readEvents(
  { events: raw, texts }: Pick<Report, 'events' | 'texts'>,
  kinds: readonly Kind[],
  made: NativePlan,
  saved: number,
  findings: Finding[],
): RunEvent[] {
  const scope = buildScope(texts, made, saved);
  const events: RunEvent[] = [];
  let list: DebugEntry[] = [];
  for (let i = 0; i < raw.length; i += EVENT_WORDS) {
    const number = raw[i + 1]!;
    const meaning = itemAt(kinds, raw[i + 2]!, 'kinds of events').meaning(raw[i + 3]!, raw[i + 4]!, scope);
    if (meaning.kind === 'status-entry') {
      list.push({ task: scope.taskOf(number), type: meaning.type, state: meaning.state });
      continue;
    }
    const actor = number === NO_TASK ? 'environment' : scope.taskOf(number);
    const step = raw[i]!;
    if (meaning.kind === 'status-list') {
      list = [];
      events.push({ step, actor, kind: 'status-list', entries: list });
      continue;
    }
    if (meaning.kind === 'finding') addFinding(findings, meaning.finding);
    events.push({ step, actor, ...meaning });
  }
  return events;
}

function buildScope(texts: readonly string[], made: NativePlan, saved: number): EventScope {
  const { actors } = made.cast;
  const text = (place: number): string => itemAt(texts, place, 'texts');
  return {
    made,
    saved,
    taskOf: (number) => itemAt(actors, number, 'actors').id,
    text,
    name: <T extends string>(place: number, names: ReadonlySet<T>): T => {
      const name = text(place) as T;
      if (!names.has(name)) throw new BadAnswer(`${name} is none of ${[...names].join(', ')}`);
      return name;
    },
  };
}

/** What is read past pids_arr is read more than once: one finding. */
function addFinding(findings: Finding[], finding: Finding): void {
  if (!findings.some(({ kind, at }) => kind === finding.kind && at === finding.at)) findings.push(finding);
}
