/** The agent's trace in the words of the record. */
import { FAILURES, type Failure } from '../../model/case.ts';
import { COORDINATOR_POINT_NAMES, type Point, TASK_POINT_NAMES } from '../../model/points.ts';
import { signalName } from '../../model/signals.ts';
import type { Actor, DebugEntry, DebugState, DebugType, Effect, Finding, RunEvent } from '../../record/record.ts';
import { itemAt } from '../host/answer.ts';
import type { NativePlan } from './plan.ts';
import { EVENT_WORDS, type Report } from './report.ts';

const ENVIRONMENT = -3;
const NO_TASK = -1;

/** In the order of enum point; 0 is the start. */
const POINTS: readonly Point[] = [...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES];
/** In the order of enum failure. */
const FAILURE_NAMES = Object.keys(FAILURES) as Failure[];
/** In the order of enum exit_how. */
const HOW = ['exited', 'exited', 'killed', 'zombie'] as const;
const KILLED = 2;
const SIGKILL = 9;
/** In the order of the kernel defects of agent/kernel.h. */
const DEFECTS = ['bug', 'bug', 'null-dereference', 'out-of-bounds', 'use-after-free', 'uninitialized-read'] as const;
/** Bits of the debug build's status. */
const STATUS = { ghost: 2, coordinator: 4, root: 1, waiting: 16, running: 32, failed: 128, success: 256 } as const;

/** What an event's numbers refer to. */
interface Scene {
  readonly made: NativePlan;
  /** `nr_tasks` of the image. */
  readonly saved: number;
  taskOf(number: number): Exclude<Actor, 'environment'>;
  text(place: number): string;
}

type Words = (a: number, b: number, scene: Scene) => Effect;

/** What the two numbers of an event mean, by its kind: in the order of enum event_kind. */
const KINDS: readonly Words[] = [
  (a) => ({ kind: 'point', point: itemAt(POINTS, a - 1, 'points') }),
  (a, b) => ({ kind: 'call', pid: a, flags: b }),
  (a, _, { taskOf }) => ({ kind: 'visit', task: taskOf(a) }),
  (a, _, { taskOf }) => ({ kind: 'mark', task: taskOf(a) }),
  () => ({ kind: 'unmark' }),
  (_, b, { text }) => ({ kind: 'sleep', on: text(b) }),
  (a, _, { taskOf }) => ({ kind: 'wake', task: taskOf(a) }),
  (_, b, { text }) => ({ kind: 'interrupted', on: text(b) }),
  (a, b, { taskOf }) => ({ kind: 'signal', task: taskOf(a), signal: signalName(b), force: false }),
  (a, _, { taskOf }) => ({ kind: 'signal', task: taskOf(a), signal: signalName(SIGKILL), force: true }),
  (a, b, { saved }) => ({ kind: 'activate', index: a, ...(a < saved && { pid: b }) }),
  () => ({ kind: 'restore-begin' }),
  (a) => ({ kind: 'restore-end', ...(a < 0 ? { error: a } : { record: a }) }),
  () => ({ kind: 'threads-passed' }),
  (a) => ({ kind: 'done', left: a }),
  (a) => ({ kind: 'total', tasks: a }),
  (a, b) => ({ kind: 'error', error: a, first: b !== 0 }),
  () => ({ kind: 'success' }),
  (_, b, { text }) => ({ kind: 'complete', what: text(b) }),
  (a) => ({ kind: 'get', references: a }),
  (a) => ({ kind: 'put', references: a }),
  () => ({ kind: 'free' }),
  (a) => ({ kind: 'status', status: decodeState(a) }),
  () => ({ kind: 'status-list', entries: [] }),
  (a, b, { made }) => ({ kind: 'fork', child: itemAt(made.cast.actors, a, 'actors').pid, inherits: b !== 0 }),
  (a) => ({ kind: 'fork-failed', error: a }),
  (a, _, { taskOf }) => ({ kind: 'frozen', task: taskOf(a) }),
  (a) => ({ kind: 'return', result: a }),
  () => ({ kind: 'user' }),
  (a, b) => ({ kind: 'exit', how: itemAt(HOW, a, 'ends'), code: a === KILLED ? SIGKILL : b }),
  (a, b, { taskOf }) => ({ kind: 'reparent', task: taskOf(a), ...(b !== NO_TASK && { to: taskOf(b) }) }),
  (a, b, { made, taskOf }) => {
    const { name, verb } = itemAt(made.faults, a, 'faults').fault;
    return { kind: 'fault', fault: name, verb, ...(b !== NO_TASK && { target: taskOf(b) }) };
  },
  (a) => ({ kind: 'log', text: `[err ${a}]` }),
  (a, b, { text }) => ({ kind: 'finding', finding: { kind: itemAt(DEFECTS, a, 'defects'), at: text(b) } }),
  (a, _, { taskOf }) => ({ kind: 'detach', task: taskOf(a) }),
  (a, b) => ({ kind: 'call-failed', call: itemAt(FAILURE_NAMES, a, 'calls that fail'), error: b }),
];

/** The kind that is not one event: a head, and an entry for each task. */
const STATUS_LIST = 23;

/** The events of a run; what of them is a finding is added there. */
export function readEvents(
  { events: raw, texts }: Pick<Report, 'events' | 'texts'>,
  made: NativePlan,
  saved: number,
  findings: Finding[],
): RunEvent[] {
  const { actors } = made.cast;
  const scene: Scene = {
    made,
    saved,
    taskOf: (number) => itemAt(actors, number, 'actors').who,
    text: (place) => itemAt(texts, place, 'texts'),
  };
  const events: RunEvent[] = [];
  let list: DebugEntry[] = [];
  for (let i = 0; i < raw.length; i += EVENT_WORDS) {
    const number = raw[i + 1]!;
    const kind = raw[i + 2]!;
    const a = raw[i + 3]!;
    const b = raw[i + 4]!;
    const actor = number === ENVIRONMENT ? 'environment' : scene.taskOf(number);
    if (kind === STATUS_LIST && a !== 0) {
      list.push({ task: scene.taskOf(number), type: decodeType(b), state: decodeState(b) });
      continue;
    }
    const effect = itemAt(KINDS, kind, 'kinds of events')(a, b, scene);
    if (effect.kind === 'status-list') {
      list = [];
      events.push({ step: raw[i]!, actor, kind: 'status-list', entries: list });
      continue;
    }
    if (effect.kind === 'finding') addFinding(findings, effect.finding);
    events.push({ step: raw[i]!, actor, ...effect });
  }
  return events;
}

/** What is read past pids_arr is read more than once: one finding. */
function addFinding(findings: Finding[], finding: Finding): void {
  if (!findings.some(({ kind, at }) => kind === finding.kind && at === finding.at)) findings.push(finding);
}

function decodeType(status: number): DebugType {
  if (status & STATUS.coordinator) return 'Coord';
  if (status & STATUS.root) return 'Root';
  return status & STATUS.ghost ? 'Ghost' : 'Task';
}

/** The state as the debug build prints it: the first that fits, in its order. */
function decodeState(status: number): DebugState {
  if (status & STATUS.waiting) return 'Waiting';
  if (status & STATUS.running) return 'Running';
  if (status & STATUS.failed) return 'Failed';
  return status & STATUS.success ? 'Success' : 'Exited';
}
