/**
 * Draws a timeline for a terminal: a lane for each actor on the left (acts, sleeps, is dead; arrows for wake-ups,
 * marks, signals and activations), and what happens on the right. Lanes that do not fit are left out, the words never.
 */

import { harmless } from '../../src/boundary/harmless.ts';
import type { TaskId } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { actorName } from '../words/events.ts';
import type { Symbols } from '../words/signs.ts';
import type { Colors } from './output.ts';
import { pad, wrap } from './text.ts';
import { type Row, type Stretch, type Timeline, tellingEvents } from './timeline.ts';

export interface TextStyle {
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** Columns that may be used. */
  readonly columns: number;
}

/** Words need this much room before lanes may have any. */
const WORDS_AT_LEAST = 44;
const WORDS_AT_MOST = 110;

/** The lines of a timeline. */
export function drawTimeline(record: RunRecord, timeline: Timeline, style: TextStyle): string[] {
  const { colors, symbols } = style;
  const lanes = laneLayout(timeline, record, style.columns);
  const stepColumns = Math.max(4, String(record.events.at(-1)?.step ?? 0).length);
  const indent = stepColumns + 2 + (lanes.ids.length > 0 ? lanes.ids.length * lanes.each + 1 : 0);
  const room = Math.min(WORDS_AT_MOST, style.columns - indent);
  const state = new LaneState(timeline);
  const lines = [
    colors.dim(
      `${'step'.padStart(stepColumns)}  ${lanes.ids.map((w) => formatHead(w, lanes.each)).join('')}`.trimEnd(),
    ),
  ];
  const bare = (): string =>
    ' '.repeat(stepColumns + 2) + lanes.ids.map((w) => pad(state.glyph(w, symbols), lanes.each)).join('');
  for (const row of timeline.rows) {
    if (row.kind === 'gap') {
      lines.push(
        colors.dim(
          `${bare()} ${symbols.ellipsis} ${row.steps} ${row.steps === 1 ? 'step' : 'steps'} ${symbols.ellipsis}`,
        ),
      );
      continue;
    }
    const [first = '', ...rest] = hanging(formatStretch(row, symbols), room);
    const gutter = lanes.ids.length > 0 ? `${arrows(row, lanes, state, symbols)} ` : '';
    const paint = choosePaint(row, colors);
    lines.push(`${colors.dim(String(row.first).padStart(stepColumns))}  ${paint.lane(gutter)}${paint.words(first)}`);
    state.after(row);
    for (const line of rest) lines.push(`${bare()}${lanes.ids.length > 0 ? ' ' : ''}${paint.words(`  ${line}`)}`);
    for (const v of row.violations) lines.push(marker(v.property, indent, style));
  }
  for (const v of timeline.atEnd) lines.push(marker(`${v.property}, at the end`, indent, style));
  return lines;
}

/** Lines of at most `room` columns, of which those after the first will be indented by two. */
function hanging(words: string, room: number): string[] {
  const lines = wrap(words, room);
  return lines.length === 1 ? lines : wrap(words, room - 2);
}

function marker(text: string, indent: number, { colors, symbols }: TextStyle): string {
  return `${' '.repeat(indent)}${colors.red(colors.bold(`${symbols.here} here: ${harmless(text)}`))}`;
}

function formatStretch(stretch: Stretch, symbols: Symbols): string {
  const what = tellingEvents(stretch).map((event) => harmless(event.text));
  if (stretch.actor === 'environment') return `${symbols.fault} ${what.join(', ')}`;
  const [first, ...rest] = what;
  const joined =
    stretch.events[0]!.event.kind === 'point' && rest.length > 0 ? `${first}: ${rest.join(', ')}` : what.join(', ');
  return `${actorName(stretch.actor)} ${joined}`;
}

function choosePaint(stretch: Stretch, colors: Colors): { lane: (s: string) => string; words: (s: string) => string } {
  const plain = (s: string): string => s;
  if (stretch.violations.length > 0) return { lane: colors.red, words: (s) => colors.red(colors.bold(s)) };
  if (stretch.actor === 'environment') return { lane: colors.yellow, words: colors.yellow };
  const kinds = new Set(stretch.events.map((e) => e.event.kind));
  if (kinds.has('error') || kinds.has('finding')) return { lane: colors.red, words: colors.red };
  if (kinds.has('exit') || kinds.has('signal')) return { lane: colors.magenta, words: plain };
  return { lane: stretch.actor === 'coordinator' ? colors.cyan : colors.blue, words: plain };
}

interface Lanes {
  readonly ids: readonly TaskId[];
  /** Columns of a lane. */
  readonly each: number;
}

/** The lanes that fit: all, else those that take part in what is shown, else none. */
function laneLayout(timeline: Timeline, record: RunRecord, columns: number): Lanes {
  const room = columns - WORDS_AT_LEAST - Math.max(4, String(record.events.at(-1)?.step ?? 0).length) - 2;
  const layout = (ids: readonly TaskId[]): Lanes => ({
    ids,
    each: Math.max(3, ...ids.map((w) => formatHead(w, 0).length)),
  });
  const fits = (lanes: Lanes): boolean => lanes.ids.length * lanes.each <= room;
  const all = layout(timeline.lanes);
  if (fits(all)) return all;
  const active = new Set(
    timeline.rows.flatMap((row: Row) => (row.kind === 'stretch' ? [row.actor, ...row.targets] : [])),
  );
  const some = layout(timeline.lanes.filter((w) => active.has(w)));
  return fits(some) ? some : { ids: [], each: 0 };
}

function formatHead(id: TaskId, columns: number): string {
  const name = id === 'coordinator' ? 'co' : String(id);
  return pad(`${name} `, columns);
}

/** The lanes of one stretch: the actor's sign, arrows to the tasks that it reaches, the other lanes as they are. */
function arrows(stretch: Stretch, lanes: Lanes, state: LaneState, symbols: Symbols): string {
  const at = stretch.actor === 'environment' ? -1 : lanes.ids.indexOf(stretch.actor);
  const to = stretch.targets.map((t) => lanes.ids.indexOf(t)).filter((i) => i >= 0);
  const from = stretch.actor === 'environment' ? (to[0] ?? 0) : at;
  const low = Math.min(from, ...to);
  const high = Math.max(from, ...to);
  let drawn = '';
  lanes.ids.forEach((id, i) => {
    const between = from >= 0 && i >= low && i < high;
    drawn += signAt(i, id) + (between ? symbols.line : ' ').repeat(lanes.each - 1);
  });
  return drawn;

  function signAt(i: number, id: TaskId): string {
    if (stretch.actor === 'environment' && to.includes(i)) return symbols.fault;
    if (i === at) return actSign(stretch, symbols);
    if (to.includes(i)) return i > from ? symbols.right : symbols.left;
    return i > low && i < high && from >= 0 ? symbols.crossing : state.glyph(id, symbols);
  }
}

function actSign(stretch: Stretch, symbols: Symbols): string {
  const kinds = stretch.events.map((e) => e.event.kind);
  if (kinds.includes('exit')) return symbols.dies;
  return kinds.at(-1) === 'sleep' ? symbols.rests : symbols.acts;
}

/** What each lane's actor is doing between its stretches. */
class LaneState {
  readonly #is = new Map<TaskId, 'runs' | 'sleeps' | 'dead' | 'unborn'>();

  constructor(timeline: Timeline) {
    for (const id of timeline.lanes) this.#is.set(id, 'runs');
    for (const row of timeline.rows) {
      if (row.kind !== 'stretch') continue;
      for (const { event } of row.events) if (event.kind === 'fork') this.#is.set(event.child, 'unborn');
    }
  }

  glyph(id: TaskId, symbols: Symbols): string {
    const is = this.#is.get(id);
    if (is === 'sleeps') return symbols.sleeps;
    return is === 'runs' ? symbols.runs : ' ';
  }

  after(stretch: Stretch): void {
    for (const { event } of stretch.events) {
      if (event.kind === 'wake') this.#is.set(event.task, 'runs');
      if (event.kind === 'fork') this.#is.set(event.child, 'runs');
      if (event.actor === 'environment') continue;
      if (event.kind === 'sleep') this.#is.set(event.actor, 'sleeps');
      else if (event.kind === 'exit') this.#is.set(event.actor, 'dead');
      else if (this.#is.get(event.actor) === 'sleeps') this.#is.set(event.actor, 'runs');
    }
  }
}
