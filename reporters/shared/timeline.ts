/**
 * A run record as a timeline: one line per stretch of an actor, lanes for the tasks that take part, and, shrunk, the few lines that
 * explain a violation. Pure and without I/O: the terminal, JUnit and the HTML report draw it each in their way.
 */
import type { TaskId } from '../../src/model/case.ts';
import type { Actor, RunEvent, RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { describe, findTarget, weighEvent } from '../words/events.ts';

export interface ShownEvent {
  readonly event: RunEvent;
  readonly text: string;
  readonly weight: number;
}

/** Consecutive events of one actor, from a point (or from where another took over) on. */
export interface Stretch {
  readonly kind: 'stretch';
  readonly actor: Actor;
  /** First and last step of the record in this stretch. */
  readonly first: number;
  readonly last: number;
  readonly events: readonly ShownEvent[];
  /** The tasks that it reaches: woken, marked, signalled, activated. */
  readonly targets: readonly TaskId[];
  /** The violations that show here. */
  readonly violations: readonly Violation[];
}

/** Stretches that were left out. */
export interface Gap {
  readonly kind: 'gap';
  /** How many steps of the record that left an event they are. */
  readonly steps: number;
}

export type Row = Stretch | Gap;

export interface Timeline {
  /** The coordinator first, then the tasks by their first appearance in the record's final state. */
  readonly lanes: readonly TaskId[];
  readonly rows: readonly Row[];
  /** Violations that show only when all is over. */
  readonly atEnd: readonly Violation[];
}

export interface TimelineOptions {
  readonly violations?: readonly Violation[];
  /** How many stretches to keep; between them there is at most one line each. Without it all that matter are kept. */
  readonly keep?: number;
}

/** Turns a record into a timeline. */
export function buildTimeline(record: RunRecord, options: TimelineOptions = {}): Timeline {
  const violations = options.violations ?? [];
  const stretches = buildStretches(record, violations);
  const matter = stretches.filter(matters);
  const kept = options.keep === undefined ? matter : shrink(matter, options.keep, suspects(record, violations));
  return {
    lanes: listLanes(record),
    rows: withGaps(stretches, kept),
    atEnd: violations.filter((v) => v.step === undefined || v.step > lastStep(record)),
  };
}

/** The coordinator and every task of the record, forked ones too. */
export function listLanes(record: RunRecord): readonly TaskId[] {
  const pids = new Set<number>(Object.keys(record.final.tasks).map(Number));
  for (const { actor } of record.events) if (typeof actor === 'number') pids.add(actor);
  return ['coordinator', ...pids];
}

function lastStep(record: RunRecord): number {
  return record.events.at(-1)?.step ?? 0;
}

function buildStretches(record: RunRecord, violations: readonly Violation[]): Stretch[] {
  const extra = bookkeepingThatMatters(violations);
  const bySteps = byStepShown(record, violations);
  const stretches: Stretch[] = [];
  let open: RunEvent[] = [];
  const close = (): void => {
    if (open.length > 0) stretches.push(buildStretch(open, extra, bySteps));
    open = [];
  };
  for (const event of record.events) {
    const before = open.at(-1);
    const violating = bySteps.has(event.step) || (before !== undefined && bySteps.has(before.step));
    const apart = event.kind === 'point' || event.kind === 'fault' || (violating && before?.step !== event.step);
    if (before !== undefined && (before.actor !== event.actor || apart)) close();
    open.push(event);
  }
  close();
  return stretches;
}

function buildStretch(
  events: readonly RunEvent[],
  extra: ReadonlySet<string>,
  bySteps: ReadonlyMap<number, Violation[]>,
): Stretch {
  const shown = events.map((event) => ({
    event,
    text: describe(event),
    weight: extra.has(event.kind) ? 2 : weighEvent(event),
  }));
  const telling = shown.filter((e) => e.weight > 0).map((e) => findTarget(e.event));
  const steps = new Set(events.map((e) => e.step));
  return {
    kind: 'stretch',
    actor: events[0]!.actor,
    first: events[0]!.step,
    last: events.at(-1)!.step,
    events: shown,
    targets: [...new Set(telling.filter((t) => t !== undefined))],
    violations: [...steps].flatMap((step) => bySteps.get(step) ?? []),
  };
}

/** Violations by the step where they can be shown: their own, or the last one before it that left an event. */
export function byStepShown(record: RunRecord, violations: readonly Violation[]): ReadonlyMap<number, Violation[]> {
  const shown = new Map<number, Violation[]>();
  for (const violation of violations) {
    const { step } = violation;
    if (step === undefined || step > lastStep(record)) continue;
    const at = record.events.findLast((event) => event.step <= step)?.step ?? record.events[0]!.step;
    const there = shown.get(at);
    if (there) there.push(violation);
    else shown.set(at, [violation]);
  }
  return shown;
}

/** The relevant events of a stretch: bookkeeping only where a stretch has nothing else. */
export function tellingEvents(stretch: Stretch): readonly ShownEvent[] {
  const telling = stretch.events.filter((event) => event.weight > 0);
  return telling.length > 0 && stretch.violations.length === 0 ? telling : stretch.events;
}

/** References and the status list are noise, unless they are what the violation is about. */
function bookkeepingThatMatters(violations: readonly Violation[]): ReadonlySet<string> {
  const about = violations.map((v) => `${v.property} ${v.message}`).join(' ');
  return new Set([
    ...(/referenc|free|leak/i.test(about) ? ['get', 'put', 'free'] : []),
    ...(/status|debug/i.test(about) ? ['status', 'status-list'] : []),
    ...(/\blog\b/i.test(about) ? ['log'] : []),
  ]);
}

/** The actors that a violation names. */
function suspects(record: RunRecord, violations: readonly Violation[]): ReadonlySet<Actor> {
  const said = violations.map((v) => `${v.message} ${v.expected ?? ''} ${v.actual ?? ''}`).join(' ');
  const numbers = new Set((said.match(/\d+/g) ?? []).map(Number));
  const named = listLanes(record).filter((id) => (typeof id === 'number' ? numbers.has(id) : said.includes(id)));
  return new Set<Actor>(named);
}

/** The stretches that explain most: violations, faults and errors, steps near the violation, and steps of the actors that it names. */
function shrink(stretches: readonly Stretch[], keep: number, suspected: ReadonlySet<Actor>): Stretch[] {
  if (stretches.length <= keep) return [...stretches];
  const found = stretches.findIndex((stretch) => stretch.violations.length > 0);
  const focus = found === -1 ? stretches.length - 1 : found;
  const scored = stretches.map((stretch, index) => ({
    stretch,
    index,
    score: score(stretch, index - focus, suspected),
  }));
  scored.sort(
    (a, b) => b.score - a.score || Math.abs(a.index - focus) - Math.abs(b.index - focus) || a.index - b.index,
  );
  return scored
    .slice(0, keep)
    .sort((a, b) => a.index - b.index)
    .map((s) => s.stretch);
}

function score(stretch: Stretch, distance: number, suspected: ReadonlySet<Actor>): number {
  if (stretch.violations.length > 0 || stretch.actor === 'environment') return 100;
  const weight = stretch.events.reduce((most, event) => Math.max(most, event.weight), 0);
  // Steps before the violation explain more than those after it.
  const near = distance <= 0 ? Math.max(0, 12 + distance) : Math.max(0, 6 - distance);
  const involved = suspected.has(stretch.actor) || stretch.targets.some((t) => suspected.has(t));
  return weight * 6 + near + (involved ? 7 : 0);
}

/** A gap takes a line: for a single stretch the stretch itself says more, and for bookkeeping nothing is missed. */
function withGaps(all: readonly Stretch[], kept: readonly Stretch[]): Row[] {
  const rows: Row[] = [];
  const keep = new Set(kept);
  let hidden: Stretch[] = [];
  const close = (): void => {
    const missed = hidden.filter(matters);
    if (missed.length === 1) rows.push(missed[0]!);
    else if (missed.length > 1) rows.push({ kind: 'gap', steps: countSteps(hidden) });
    hidden = [];
  };
  for (const stretch of all) {
    if (keep.has(stretch)) {
      close();
      rows.push(stretch);
    } else {
      hidden.push(stretch);
    }
  }
  close();
  return rows;
}

function matters(stretch: Stretch): boolean {
  return stretch.violations.length > 0 || stretch.events.some((event) => event.weight > 0);
}

function countSteps(stretches: readonly Stretch[]): number {
  return new Set(stretches.flatMap((stretch) => stretch.events.map((event) => event.event.step))).size;
}
