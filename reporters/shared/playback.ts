/** Plays a record back: the state of every task and of the context after each step, from the record's events alone. */
import type { TaskId } from '../../src/model/case.ts';
import { errnoName } from '../../src/model/errno.ts';
import type { Point } from '../../src/model/points.ts';
import type { OwnShape, RunEvent, RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { byStepShown, listLanes } from './timeline.ts';

/** What a task is doing: outside of restart, at work in it, asleep in it, or at one of its ends; `returned` from a protocol of one's own. */
export type Doing =
  | 'outside'
  | 'runs'
  | 'sleeps'
  | 'frozen'
  | 'resumed'
  | 'returned'
  | 'killed'
  | 'exited'
  | 'zombie'
  | 'unborn';

export interface LaneState {
  readonly id: TaskId;
  doing: Doing;
  point?: Point;
  /** What it sleeps on. */
  on?: string;
  /** Has the restart's context (checkpoint_ctx). */
  marked: boolean;
  /** The image record that it was restored from. */
  record?: number;
  /** What restart returned to it. */
  result?: number;
  /** Points passed or reached, with the step of the last arrival. */
  readonly arrivals: Map<Point, number>;
  /** Its own words, of a protocol of one's own. */
  readonly words: Map<string, number>;
}

/** The restart context, as far as events show it. */
export interface ContextState {
  success: boolean;
  error: boolean;
  errno?: string;
  errnoSync: boolean;
  complete: boolean;
  /** Index into pids_arr; -1 before the first is activated. */
  activePid: number;
  activeTask?: number;
  /** Tasks that must be done, and are not yet. */
  total?: number;
  left?: number;
  references?: number;
  freed: boolean;
}

export interface Snapshot {
  readonly lanes: ReadonlyMap<TaskId, LaneState>;
  readonly context: ContextState;
  /** The shared words, of a protocol of one's own, which has no restart context; undefined of the restart. */
  readonly words?: ReadonlyMap<string, number>;
}

/** All that happened in one step. */
export interface Frame {
  readonly step: number;
  readonly events: readonly RunEvent[];
  readonly violations: readonly Violation[];
}

export class Playback {
  readonly record: RunRecord;
  readonly lanes: readonly TaskId[];
  readonly frames: readonly Frame[];
  /** Violations that show only when all is over. */
  readonly atEnd: readonly Violation[];

  constructor(record: RunRecord, violations: readonly Violation[] = []) {
    this.record = record;
    this.lanes = listLanes(record);
    const shown = byStepShown(record, violations);
    this.frames = buildFrames(record, shown);
    const placed = new Set([...shown.values()].flat());
    this.atEnd = violations.filter((violation) => !placed.has(violation));
  }

  /** The frame where the first violation shows; the last one when it shows at the end only. */
  get focus(): number {
    const found = this.frames.findIndex((frame) => frame.violations.length > 0);
    return found === -1 ? this.frames.length : found + 1;
  }

  get violates(): boolean {
    return this.atEnd.length > 0 || this.frames.some((frame) => frame.violations.length > 0);
  }

  /** The state after `count` frames: 0 is before the first step, `frames.length` the end. */
  at(count: number): Snapshot {
    const { own, events } = this.record;
    const begin = (id: TaskId, doing: Doing): LaneState => {
      return { id, doing, marked: false, arrivals: new Map(), words: initialWords(own, true) };
    };
    const lanes = new Map(this.lanes.map((id) => [id, begin(id, own ? 'runs' : 'outside')]));
    for (const event of events) if (event.kind === 'fork') lanes.set(event.child, begin(event.child, 'unborn'));
    const words = own && initialWords(own, false);
    const context: ContextState = {
      success: false,
      error: false,
      errnoSync: false,
      complete: false,
      activePid: -1,
      freed: false,
    };
    for (const frame of this.frames.slice(0, count)) {
      for (const event of frame.events) {
        applyToContext(context, event);
        applyToLanes(lanes, event);
        if (event.kind === 'store')
          (event.of === undefined ? words : lanes.get(event.of)?.words)?.set(event.word, event.value);
      }
    }
    return { lanes, context, ...(words && { words }) };
  }
}

function initialWords(own: OwnShape | undefined, perProcess: boolean): Map<string, number> {
  const words = own?.words.filter((word) => word.perProcess === perProcess) ?? [];
  return new Map(words.map(({ name, initial }) => [name, initial]));
}

function buildFrames(record: RunRecord, violations: ReadonlyMap<number, readonly Violation[]>): Frame[] {
  const frames: { step: number; events: RunEvent[]; violations: readonly Violation[] }[] = [];
  for (const event of record.events) {
    const last = frames.at(-1);
    if (last && last.step === event.step) last.events.push(event);
    else frames.push({ step: event.step, events: [event], violations: violations.get(event.step) ?? [] });
  }
  return frames;
}

function applyToContext(context: ContextState, event: RunEvent): void {
  switch (event.kind) {
    case 'success':
      context.success = true;
      break;
    case 'error':
      if (!event.first) break;
      context.error = true;
      context.errno = errnoName(event.error);
      break;
    case 'complete':
      if (event.what === 'errno_sync') context.errnoSync = true;
      else context.complete = true;
      break;
    case 'activate':
      context.activePid = event.index;
      if (event.pid === undefined) delete context.activeTask;
      else context.activeTask = event.pid;
      break;
    case 'total':
      context.total = event.tasks;
      context.left = event.tasks;
      break;
    case 'done':
      context.left = event.left;
      break;
    case 'get':
    case 'put':
      context.references = event.references;
      break;
    case 'free':
      context.freed = true;
      break;
    default:
  }
}

function applyToLanes(lanes: ReadonlyMap<TaskId, LaneState>, event: RunEvent): void {
  if (event.kind === 'mark') patch(lanes.get(event.task), { marked: true });
  if (event.kind === 'wake') wake(lanes.get(event.task));
  if (event.kind === 'frozen') patch(lanes.get(event.task), { doing: 'frozen' });
  if (event.kind === 'fork') patch(lanes.get(event.child), { doing: 'outside', marked: event.inherits });
  const lane = event.actor === 'environment' ? undefined : lanes.get(event.actor);
  if (lane) applyToActor(lane, event);
}

function patch(lane: LaneState | undefined, change: Partial<LaneState>): void {
  if (lane) Object.assign(lane, change);
}

function wake(lane: LaneState | undefined): void {
  if (lane?.doing !== 'sleeps') return;
  lane.doing = 'runs';
  delete lane.on;
}

function applyToActor(lane: LaneState, event: RunEvent): void {
  // A task that does something is awake, whether or not a wake-up was recorded.
  wake(lane);
  switch (event.kind) {
    case 'call':
      lane.doing = 'runs';
      break;
    case 'point':
      lane.doing = 'runs';
      lane.point = event.point;
      lane.arrivals.set(event.point, event.step);
      break;
    case 'sleep':
      lane.doing = 'sleeps';
      lane.on = event.on;
      break;
    case 'unmark':
      lane.marked = false;
      break;
    case 'restore-end':
      if (event.record !== undefined) lane.record = event.record;
      break;
    case 'return':
      lane.result = event.result;
      if (event.own) lane.doing = 'returned';
      break;
    case 'user':
      lane.doing = 'resumed';
      break;
    case 'exit':
      lane.doing = event.how;
      break;
    default:
  }
}
