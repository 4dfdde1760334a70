/** A record as a chart: spans of each lane (at which point, awake or asleep) and arrows between lanes, by frames. Pure. */
import type { TaskId } from '../../src/model/case.ts';
import type { Point } from '../../src/model/points.ts';
import type { RunEvent } from '../../src/record/record.ts';
import type { Doing, Playback } from '../shared/playback.ts';
import { findTarget } from '../words/events.ts';

/** A lane is at one point and in one state from frame `from` until frame `to`. Frames count from 0. */
export interface LaneSpan {
  readonly from: number;
  readonly to: number;
  readonly doing: Doing;
  readonly point?: Point;
}

export type ArrowKind = 'wake' | 'mark' | 'activate' | 'signal' | 'fork' | 'frozen' | 'fault';

export interface Arrow {
  readonly frame: number;
  readonly kind: ArrowKind;
  /** A fault comes from outside. */
  readonly from: TaskId | 'environment';
  readonly to: TaskId;
  readonly text: string;
}

export type NoteKind =
  | 'error'
  | 'late-error'
  | 'interrupted'
  | 'restored'
  | 'failed'
  | 'success'
  | 'exit'
  | 'finding'
  | 'return';

export const NOTES: Readonly<Record<NoteKind, string>> = {
  error: '!',
  'late-error': '¡',
  interrupted: 'S',
  restored: 'R',
  failed: 'R̸',
  success: '★',
  exit: '✗',
  finding: '‼',
  return: '⏎',
};

/** Whether a task waits for other tasks at this point. */
export function isSync(point: Point): boolean {
  return point.startsWith('sync-') || point === 'threads' || point === 'wait';
}

/** A sign on a lane. */
export interface Note {
  readonly frame: number;
  readonly id: TaskId;
  readonly kind: NoteKind;
}

export interface Chart {
  readonly spans: ReadonlyMap<TaskId, readonly LaneSpan[]>;
  readonly arrows: readonly Arrow[];
  readonly notes: readonly Note[];
}

const ENDED: ReadonlySet<Doing> = new Set(['killed', 'exited', 'zombie']);

/** Builds the chart of a record. Linear in events and lanes. */
export function buildChart(playback: Playback): Chart {
  const arrows: Arrow[] = [];
  const notes: Note[] = [];
  playback.frames.forEach((frame, at) => {
    for (const event of frame.events) {
      arrows.push(...listArrows(event, at));
      notes.push(...listNotes(event, at));
    }
  });
  return { spans: findSpans(playback), arrows, notes };
}

function findSpans(playback: Playback): Map<TaskId, LaneSpan[]> {
  const open = new Map<TaskId, LaneSpan>();
  const done = new Map<TaskId, LaneSpan[]>(playback.lanes.map((id) => [id, []]));
  const unborn = new Set<TaskId>();
  for (const event of playback.record.events) if (event.kind === 'fork') unborn.add(event.child);
  const start = playback.record.own ? 'runs' : 'outside';
  for (const id of playback.lanes) open.set(id, { from: 0, to: 0, doing: unborn.has(id) ? 'unborn' : start });
  const change = (id: TaskId, at: number, next: Partial<LaneSpan>): void => {
    const was = open.get(id);
    if (!was || ENDED.has(was.doing)) return;
    if (next.doing === was.doing && (next.point === undefined || next.point === was.point)) return;
    if (at > was.from) done.get(id)!.push({ ...was, to: at });
    open.set(id, { ...was, ...next, from: at, to: at });
  };
  playback.frames.forEach((frame, at) => {
    for (const event of frame.events) stretch(event, at, change, open);
  });
  for (const [id, last] of open) {
    if (!ENDED.has(last.doing)) done.get(id)!.push({ ...last, to: playback.frames.length });
  }
  return done;
}

function stretch(
  event: RunEvent,
  at: number,
  change: (id: TaskId, at: number, next: Partial<LaneSpan>) => void,
  open: ReadonlyMap<TaskId, LaneSpan>,
): void {
  if (event.kind === 'wake' && open.get(event.task)?.doing === 'sleeps') change(event.task, at, { doing: 'runs' });
  if (event.kind === 'frozen') change(event.task, at, { doing: 'frozen' });
  if (event.kind === 'fork') change(event.child, at, { doing: 'outside' });
  const { actor } = event;
  if (actor === 'environment') return;
  if (event.kind === 'call') change(actor, at, { doing: 'runs' });
  else if (event.kind === 'point') change(actor, at, { doing: 'runs', point: event.point });
  else if (event.kind === 'sleep') change(actor, at, { doing: 'sleeps' });
  else if (event.kind === 'user') change(actor, at, { doing: 'resumed' });
  else if (event.kind === 'return' && event.own) change(actor, at, { doing: 'returned' });
  else if (event.kind === 'exit') change(actor, at, { doing: event.how });
  else if (open.get(actor)?.doing === 'sleeps') change(actor, at, { doing: 'runs' });
}

function listArrows(event: RunEvent, frame: number): Arrow[] {
  const to = findTarget(event);
  if (to === undefined || to === event.actor) return [];
  switch (event.kind) {
    case 'wake':
    case 'mark':
    case 'activate':
    case 'fork':
    case 'frozen':
      return [{ frame, kind: event.kind, from: event.actor, to, text: '' }];
    case 'signal':
      return [{ frame, kind: 'signal', from: event.actor, to, text: event.signal }];
    case 'fault':
      return [{ frame, kind: 'fault', from: 'environment', to, text: event.fault }];
    default:
      return [];
  }
}

function listNotes(event: RunEvent, frame: number): Note[] {
  const { actor } = event;
  if (actor === 'environment') return [];
  const note = (kind: NoteKind): Note[] => [{ frame, id: actor, kind }];
  switch (event.kind) {
    case 'error':
      return note(event.first ? 'error' : 'late-error');
    case 'restore-end':
      return note(event.error === undefined ? 'restored' : 'failed');
    case 'interrupted':
    case 'success':
    case 'exit':
    case 'finding':
    case 'return':
      return note(event.kind);
    default:
      return [];
  }
}
