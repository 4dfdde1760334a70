/** The position in the file of everything that a report may show: the sections, their keys, and the items of short lists. */
import type { Position } from '../model/case.ts';
import { MAX_WRITTEN_TASKS } from './limits.ts';
import type { Tree } from './resolve/tree.ts';
import { isMapping, type Path, type RawDocument } from './source/raw.ts';
import type { SourceText } from './source/text.ts';

/** No report shows a part of these, and they can be large. */
const OPAQUE = new Set(['tree', 'matrix']);
/** As deep as `expect.tasks.101` and `expect.violates.0`. */
const DEPTH = 3;

export type Positions = Readonly<Record<string, Position>>;

/** By path, as in `faults.0` and `expect.tasks.101`. */
export function collectPositions(raw: RawDocument, source: SourceText): Positions {
  const positions: Record<string, Position> = {};
  const visit = (value: unknown, path: Path): void => {
    if (path.length > 0) positions[path.join('.')] = positionAt(raw, source, path);
    if (path.length === DEPTH || OPAQUE.has(String(path[0])) || value === null || typeof value !== 'object') return;
    const steps = Array.isArray(value) ? value.entries() : isMapping(value) ? Object.entries(value) : [];
    for (const [step, inner] of steps) visit(inner, [...path, step]);
  };
  visit(raw.value, []);
  return positions;
}

/** The place of one thing: its key, or the item of a list. */
export function positionAt(raw: RawDocument, source: SourceText, path: Path): Position {
  return { file: source.file, ...source.place(raw.locate(path, 'key').start) };
}

/** With a place for each task that `expect.tasks.all` stands for; not for very large trees. */
export function withAll(positions: Positions, tree: Tree): Positions {
  const all = positions['expect.tasks.all'];
  if (all === undefined || tree.tasks.length > MAX_WRITTEN_TASKS) return positions;
  return { ...Object.fromEntries(tree.tasks.map(({ pid }) => [`expect.tasks.${pid}`, all])), ...positions };
}
