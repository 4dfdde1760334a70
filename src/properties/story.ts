/** What a record says happened to each actor, worked out in one pass and once for each record. */
import type { Case } from '../model/case.ts';
import type { Actor, EffectKind, RunEvent, RunRecord, TaskFinal } from '../record/record.ts';
import { isInherited, isMark } from './holders.ts';
import { identify, readTree } from './tree.ts';

/** The position of what did not happen: after everything that did. */
export const NEVER = Number.POSITIVE_INFINITY;

/** The position of an event at an unknown time. */
const BEFORE_ALL = -1;

/** What happened to one actor; the numbers are positions in `record.events`, of the first time unless said otherwise. */
export interface Fate {
  /** Got a checkpoint_ctx: by the walk, by fork, or by its own claim. */
  marked: number;
  /** Cleared its checkpoint_ctx. */
  unmarked: number;
  called: number;
  /** Did something that only an actor with the context in hand can do. */
  tookPart: number;
  /** (debug build) Had an entry in the status list. */
  registered: number;
  /** Began to restore itself. */
  began: number;
  /** Completed its restore. */
  restored: number;
  /** Restart had its result (the last time). */
  returned: number;
  /** Was back in user space after its call. */
  back: number;
  /** Was on its way to death, or dead. */
  dying: number;
  dead: number;
  /** The image record that it restored itself from. */
  record?: number;
  /** What restart gave it. */
  result?: number;
  /** What it went to sleep on the last time. */
  asleepOn?: string;
}

/** A task at the end of the run. */
export interface Ended {
  readonly pid: number;
  readonly final: TaskFinal;
  readonly fate: Readonly<Fate>;
}

export interface Story {
  readonly fates: ReadonlyMap<Actor, Readonly<Fate>>;
  /** The tasks in the order of the record, without the caller of a TASKSELF restart. */
  readonly tasks: readonly Ended[];
  readonly coordinator: Readonly<Fate>;
  /** The tasks in a restart of their own, and their descendants: what happens there is not part of this restart. */
  readonly elsewhere: ReadonlySet<Actor>;
  /** Position of the success flag. */
  readonly success: number;
  /** Position of the error that counts. */
  readonly firstError: number;
  /** Whether restart gave the coordinator an error, or success; neither when it never had a result. */
  readonly failed: boolean;
  readonly succeeded: boolean;
}

const UNTOLD: Readonly<Fate> = newFate();
const stories = new WeakMap<RunRecord, { readonly of: Case; readonly story: Story }>();

/** The story of a record. */
export function readStory(c: Case, record: RunRecord): Story {
  const known = stories.get(record);
  if (known?.of === c) return known.story;
  const slices = readStoryInSlices(c, record);
  for (let slice = slices.next(); ; slice = slices.next()) if (slice.done) return slice.value;
}

/** The same some events at a time, for callers that do other work in between: a run of 100,000 tasks has millions. */
export function* readStoryInSlices(c: Case, record: RunRecord): Generator<void, Story> {
  const story = yield* buildStory(c, record);
  stories.set(record, { of: c, story });
  return story;
}

const EVENTS_PER_SLICE = 65_536;

/** What happened to an actor; for one that did nothing: nothing ever. */
export function fateOf(story: Story, actor: Actor): Readonly<Fate> {
  return story.fates.get(actor) ?? UNTOLD;
}

/** Whether restart gave this actor an error, and not a saved value that happens to be negative. */
export function isFailure(c: Case, { result, record }: Readonly<Fate>): boolean {
  if (result === undefined || result >= 0) return false;
  return record === undefined || c.image.records[record]?.retval !== result;
}

/** Whether a task is dead at the end of a run, in whatever way. */
export function isDead(final: TaskFinal): boolean {
  return final.end === 'killed' || final.end === 'zombie' || final.end === 'exited';
}

function newFate(): Fate {
  return {
    marked: NEVER,
    unmarked: NEVER,
    called: NEVER,
    tookPart: NEVER,
    registered: NEVER,
    began: NEVER,
    restored: NEVER,
    returned: NEVER,
    back: NEVER,
    dying: NEVER,
    dead: NEVER,
  };
}

function* buildStory(c: Case, record: RunRecord): Generator<void, Story> {
  const fates = new Map<Actor, Fate>();
  const fate = (actor: Actor): Fate => {
    const id = identify(c, actor);
    let known = fates.get(id);
    if (!known) {
      known = newFate();
      fates.set(id, known);
    }
    return known;
  };
  const elsewhere = new Set(readTree(c).elsewhere);
  let success = NEVER;
  let firstError = NEVER;
  for (const [position, event] of record.events.entries()) {
    if (position % EVENTS_PER_SLICE === EVENTS_PER_SLICE - 1) yield;
    if (event.kind === 'fork' && elsewhere.has(event.actor)) elsewhere.add(event.child);
    else if (isInherited(event, elsewhere)) elsewhere.delete(event.child);
    if (event.kind === 'success') success = Math.min(success, position);
    else if (event.kind === 'error' && event.first && !elsewhere.has(event.actor)) {
      firstError = Math.min(firstError, position);
    } else if (isMark(event)) first(fate(event.task), 'marked', position);
    else if (isInherited(event, elsewhere)) first(fate(event.child), 'marked', position);
    if (event.actor === 'environment') continue;
    if (showsPart(event) && !elsewhere.has(event.actor)) takePart(fate(event.actor), position);
    follow(fate(event.actor), event, position);
  }
  completeFromFinal(record, fate);
  const coordinator = fate('coordinator');
  const failed = readTree(c).taskself ? isFailure(c, coordinator) : (coordinator.result ?? 0) < 0;
  return {
    fates,
    tasks: endedTasks(c, record, fate),
    coordinator,
    elsewhere,
    success,
    firstError,
    failed,
    succeeded: coordinator.result !== undefined && !failed,
  };
}

type Moment = Exclude<keyof Fate, 'record' | 'result' | 'asleepOn'>;

function first(fate: Fate, moment: Moment, position: number): void {
  if (position < fate[moment]) fate[moment] = position;
}

/** Events of a dying task, on behalf of the dead, are ignored. */
function takePart(fate: Fate, position: number): void {
  if (fate.dying === NEVER) first(fate, 'tookPart', position);
}

/** Events that are a moment of the actor's own. */
const MOMENTS: { readonly [kind in EffectKind]?: Moment } = {
  unmark: 'unmarked',
  call: 'called',
  status: 'registered',
  'restore-begin': 'began',
  user: 'back',
  exit: 'dead',
};

function follow(fate: Fate, event: RunEvent, position: number): void {
  const moment = MOMENTS[event.kind];
  if (moment) first(fate, moment, position);
  if (event.kind === 'exit' || (event.kind === 'point' && event.point === 'exit')) first(fate, 'dying', position);
  if (event.kind === 'sleep') fate.asleepOn = event.on;
  if (event.kind === 'return') {
    fate.returned = position;
    fate.result = event.result;
  }
  if (event.kind === 'restore-end' && event.record !== undefined && event.error === undefined) {
    fate.record = event.record;
    first(fate, 'restored', position);
  }
}

/** Signs that an actor has the context in hand; a task then is past sync point 1. */
function showsPart(event: RunEvent): boolean {
  switch (event.kind) {
    case 'point':
      return event.point !== 'sync-1' && event.point !== 'resume' && event.point !== 'exit';
    case 'sleep':
      return event.on === 'ghostq';
    case 'restore-begin':
    case 'threads-passed':
    case 'unmark':
    case 'status':
    case 'error':
      return true;
    default:
      return false;
  }
}

/** A backend may know that a thing was, and not when: then it was at a time that breaks no promise. */
function completeFromFinal({ events, final }: RunRecord, fate: (actor: Actor) => Fate): void {
  const end = events.length;
  const own = fate('coordinator');
  if (final.coordinator.result !== undefined) own.result = final.coordinator.result;
  if (final.coordinator.end === 'returned' && own.back === NEVER) own.back = Math.min(own.returned, end);
  for (const [pid, task] of Object.entries(final.tasks)) {
    const known = fate(Number(pid));
    if (task.result !== undefined) known.result = task.result;
    if (task.record !== undefined) known.record ??= task.record;
    if (task.end === 'returned' && known.back === NEVER) known.back = end;
  }
  for (const [pid, record] of final.restores) {
    const known = fate(pid);
    known.record ??= record;
    if (known.restored === NEVER) known.restored = BEFORE_ALL;
  }
}

function endedTasks(c: Case, { final }: RunRecord, fate: (actor: Actor) => Fate): Ended[] {
  const ended: Ended[] = [];
  for (const [name, task] of Object.entries(final.tasks)) {
    const pid = Number(name);
    if (identify(c, pid) === pid) ended.push({ pid, final: task, fate: fate(pid) });
  }
  return ended;
}
