/**
 * One step of a record as a screen of a terminal: the tree with the state of each task, the context's fields, and the steps
 * around it. Pure; at most as many lines as there are rows, none wider than the screen.
 */

import { harmless } from '../../src/boundary/harmless.ts';
import type { Case, TaskId } from '../../src/model/case.ts';
import { isMissingInImage, taskWords } from '../words/case.ts';
import { contextFields, ownWords } from '../words/context.ts';
import { doingSign, doingWords } from '../words/doing.ts';
import { coordinatorEnd, taskEnd } from '../words/endings.ts';
import { findTarget } from '../words/events.ts';
import { frameWords } from '../words/frame.ts';
import type { Frame, Playback, Snapshot } from './playback.ts';
import { cut, pad, width } from './text.ts';
import type { TextStyle } from './timeline-text.ts';
import { groupChildren, type TreeNode } from './tree-nodes.ts';

export interface StepScreen {
  readonly title: string;
  readonly case: Case | undefined;
  readonly playback: Playback;
  /** How many frames are played: 0 is before the first step. */
  readonly at: number;
}

type ScreenStyle = TextStyle & { readonly rows: number };

/** With less room than this beside the tree, the context is one line. */
const CONTEXT = 36;
const TREE = 44;

export const KEYS_HELP = 'left/right step · PgUp/PgDn ten · Home End · v violation · q quit';

/** The lines of the screen. */
export function drawStep(screen: StepScreen, style: ScreenStyle): string[] {
  const { colors, symbols, columns, rows } = style;
  const { playback, at } = screen;
  const rule = colors.dim(symbols.line.repeat(Math.max(1, columns)));
  const top = [colors.bold(fitted(harmless(screen.title), style)), whereLine(screen, style), rule];
  const foot = [rule, colors.dim(fitted(KEYS_HELP, style))];
  const left = Math.max(4, rows - top.length - foot.length - 1);
  const middle = besides(screen, Math.max(2, Math.floor(left * 0.6)), style);
  const steps = stepLines(playback, at, Math.max(1, left - middle.length), style);
  return [...top, ...middle, rule, ...steps, ...foot].slice(0, Math.max(1, rows));
}

function fitted(text: string, { columns, symbols }: ScreenStyle): string {
  return cut(text, Math.max(1, columns), symbols.ellipsis);
}

function whereLine({ playback, at }: StepScreen, style: ScreenStyle): string {
  const { record, frames, atEnd } = playback;
  const here = frames[at - 1];
  const shown = [...(here?.violations ?? []), ...(at === frames.length ? atEnd : [])];
  const where = `${record.protocol} on ${record.backend}${here ? `, step ${here.step}` : ', before the first step'} (${at} of ${frames.length})`;
  const violated = [...new Set(shown.map((v) => v.property))].join(', ');
  if (violated === '') return style.colors.dim(fitted(where, style));
  return style.colors.red(fitted(`${where}  ${style.symbols.here} here: ${harmless(violated)}`, style));
}

/** The tree, and beside it (or, on a narrow screen, below it) the context. */
function besides({ playback, at, case: c }: StepScreen, rows: number, style: ScreenStyle): string[] {
  const { colors, columns, symbols } = style;
  const snapshot = playback.at(at);
  const before = new Map(contextFields(playback.at(Math.max(0, at - 1)), c));
  const fields = contextFields(snapshot, c);
  const frame = playback.frames[at - 1];
  const wide = columns >= TREE + CONTEXT + 3;
  const room = wide ? columns - CONTEXT - 3 : columns;
  const tree = treeLines(playback, snapshot, frame, at === playback.frames.length, c, {
    ...style,
    columns: room,
    rows: wide ? rows : rows - 1,
  });
  if (!wide) {
    const changed = fields.filter(([name, value]) => before.get(name) !== value);
    const ordered = [...changed, ...fields.filter((field) => !changed.includes(field))];
    return [
      ...tree,
      colors.dim(fitted(ordered.map(([name, value]) => `${name} ${value}`).join(` ${symbols.dot} `), style)),
    ];
  }
  const context = fields.map(([name, value]) => {
    const text = cut(`${pad(name, 10)} ${value}`, CONTEXT, symbols.ellipsis);
    return before.get(name) === value ? text : colors.bold(colors.yellow(text));
  });
  const lines = Math.min(rows, Math.max(tree.length, context.length));
  const trunk = symbols.trunk.trim();
  return Array.from(
    { length: lines },
    (_, i) => `${pad(tree[i] ?? '', room)} ${colors.dim(trunk)} ${context[i] ?? ''}`,
  );
}

interface TreeRow {
  readonly text: string;
  readonly matters: boolean;
}

function treeLines(
  playback: Playback,
  snapshot: Snapshot,
  frame: Frame | undefined,
  ended: boolean,
  c: Case | undefined,
  style: ScreenStyle,
): string[] {
  const { symbols, colors, rows } = style;
  const below = groupChildren(c, playback.lanes);
  const final = playback.record.final;
  const all: TreeRow[] = [];
  const add = (id: TaskId, prefix: string, node?: TreeNode): void => {
    const state = snapshot.lanes.get(id);
    const acts = frame?.events.some((event) => event.actor === id) ?? false;
    const hit = frame?.events.some((event) => findTarget(event) === id && event.actor !== id) ?? false;
    const end = ended
      ? id === 'coordinator'
        ? coordinatorEnd(final.coordinator)
        : taskEnd(final.tasks[id])
      : undefined;
    const doing = state ? (end ?? doingWords(state)) : 'never took part';
    const parts = [
      `${state ? doingSign(state.doing, symbols) : ' '} ${prefix}${id}`,
      ...(state?.marked ? ['[ctx]'] : []),
      doing,
      ...(state ? ownWords(state) : []),
      ...(node?.task ? taskWords(node.task) : []),
      ...(node?.task && c && isMissingInImage(c, node.task) ? ['not in the image'] : []),
    ];
    const text = cut(parts.join('  '), style.columns, symbols.ellipsis);
    const paint = acts ? (s: string) => colors.bold(colors.cyan(s)) : hit ? colors.yellow : (s: string) => s;
    all.push({ text: paint(text), matters: acts || hit });
  };
  const walk = (nodes: readonly TreeNode[], prefix: string): void => {
    nodes.forEach((node, i) => {
      const last = i === nodes.length - 1;
      add(node.pid, prefix + (last ? symbols.corner : symbols.branch), node);
      walk(below.get(node.pid) ?? [], prefix + (last ? '   ' : symbols.trunk));
    });
  };
  add('coordinator', '');
  walk(below.get('coordinator') ?? [], '');
  return fewer(all, rows, style);
}

/** Of a tree that does not fit those that act or are hit, and of the others the first. */
function fewer(all: readonly TreeRow[], rows: number, style: ScreenStyle): string[] {
  if (all.length <= rows) return all.map(({ text }) => text);
  const room = Math.max(1, rows - 1);
  const matter = all.filter(({ matters }) => matters).slice(0, room);
  const kept = new Set([...matter, ...all.filter(({ matters }) => !matters).slice(0, room - matter.length)]);
  const more = `${style.symbols.ellipsis} ${all.length - kept.size} more tasks`;
  return [...all.filter((row) => kept.has(row)).map(({ text }) => text), style.colors.dim(fitted(more, style))];
}

/** The steps around the one that is shown, one line each. */
function stepLines({ frames }: Playback, at: number, rows: number, style: ScreenStyle): string[] {
  const { colors, symbols } = style;
  const current = Math.max(0, at - 1);
  const from = Math.max(0, Math.min(current - Math.floor(rows / 2), frames.length - rows));
  const digits = Math.max(4, width(String(frames.at(-1)?.step ?? 0)));
  return frames.slice(from, from + rows).map((frame, i) => {
    const now = at > 0 && from + i === current;
    const violated = frame.violations.map((v) => ` ${symbols.here} here: ${v.property}`).join('');
    const text = `${now ? symbols.right : ' '} ${String(frame.step).padStart(digits)}  ${harmless(frameWords(frame) + violated)}`;
    const line = fitted(text, style);
    if (violated !== '') return now ? colors.bold(colors.red(line)) : colors.red(line);
    if (now) return colors.bold(line);
    return from + i > current ? colors.dim(line) : line;
  });
}
