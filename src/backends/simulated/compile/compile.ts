/**
 * Compiles the model: the generator functions of the protocol and of kernel/ become one function for each step over the machine's
 * memory. Done once for each protocol and build, in some hundred milliseconds from a cold start; the most used builds are in
 * the package (ahead.ts). The same source also runs uncompiled (../interpret.ts), and a test compares the two.
 */
import { FRAME } from '../../../protocol/checkpoint_types.ts';
import type { Protocol } from '../../../protocol/stacks.ts';
import { EFFECT } from '../kernel/access.ts';
import { readAhead } from './ahead.ts';
import type { Constant } from './constant.ts';
import { emitSteps, emitTouches } from './emit.ts';
import type { Block, Point, Program } from './ir.ts';
import { successors } from './ir.ts';
import { type BuildText, type Compiled, link } from './link.ts';
import { type Frames, placeLocals, reachable } from './liveness.ts';
import { Lowering } from './lower.ts';
import { plainSource } from './plain.ts';
import { buildScope, type Change, changedScope, type Scope } from './source.ts';

export interface Build {
  readonly protocol: Protocol;
  readonly debug: boolean;
  /** Whether notes are in it. */
  readonly trace: boolean;
  /** A function of the model that is changed before (mutants). */
  readonly change?: Change;
}

interface Emitted {
  readonly program: Program;
  readonly frames: Frames;
  readonly source: string;
}

function emit({ debug, trace }: Build, scope: Scope): Emitted {
  const facts: Record<string, Constant> = { 'world.debug': debug };
  const program = new Lowering(scope, facts, trace).program('task_main');
  const frames = placeLocals(program, FRAME);
  const source = [
    `'use strict';`,
    ...[...scope.plain.keys()].map((name) => plainSource(name, scope, facts, trace)),
    `return { steps: ${emitSteps(program, frames)}, touches: ${emitTouches(program, frames)} };`,
  ].join('\n');
  return { program, frames, source };
}

function scopeFor({ protocol, change }: Build): Scope {
  return change ? changedScope(protocol, change) : buildScope(protocol);
}

/** The source of a build: builds with the same text behave alike. */
export function compiledSource(build: Build): string {
  return emit(build, scopeFor(build)).source;
}

/** Compiles the model for one build. */
export function compileBuild(build: Build): BuildText {
  const scope = scopeFor(build);
  const { program, frames, source } = emit(build, scope);

  const points: Point[] = [];
  const next: number[][] = [[]];
  const arrivals: number[] = [];
  const arrivalsIn = memo((block: Block) => block.statements.reduce((bits, { text }) => bits | arrival(text), 0));
  const targets = (pc: number, start: (typeof program)['entry']): void => {
    const found = new Set<number>();
    const seen = new Set();
    const stack = [start];
    let arrives = 0;
    for (let block = stack.pop(); block; block = stack.pop()) {
      if (seen.has(block)) continue;
      seen.add(block);
      arrives |= arrivalsIn(block);
      if (block.end.kind === 'yield') found.add(block.end.pc);
      else stack.push(...successors(block));
    }
    next[pc] = [...found];
    arrivals[pc] = arrives;
  };
  targets(0, program.entry);
  for (const block of reachable(program)) {
    if (block.end.kind !== 'yield') continue;
    points[block.end.pc] = block.end.point;
    targets(block.end.pc, block.end.to);
  }
  const pcs = Math.max(points.length, 1);
  const of = <T>(what: (point: Point) => T, start: T): T[] =>
    Array.from({ length: pcs }, (_, pc) => (points[pc] ? what(points[pc]) : start));
  return {
    source,
    natives: [...scope.natives.keys()],
    modes: of(({ mode }) => mode, EFFECT),
    fields: of(({ field }) => field, 'START'),
    fieldOffsets: of(({ fieldOffset }) => fieldOffset, 0),
    own: of((point) => point.at.text === 'current', false),
    labels: of(({ label }) => label, 'start'),
    next: Array.from({ length: pcs }, (_, pc) => next[pc] ?? []),
    arrivals: Array.from({ length: pcs }, (_, pc) => arrivals[pc] ?? 0),
    taskWords: FRAME + frames.slots,
  };
}

/** Computed once for each key. */
function memo<K, V>(of: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = of(key);
      known.set(key, value);
    }
    return value;
  };
}

/** The bit of the point at which a statement arrives; 0 for any other statement. */
function arrival(text: string): number {
  if (!text.startsWith('at(')) return 0;
  const [, point] = /^at\(m, world, current, (\d+)\)$/.exec(text) ?? [];
  return point === undefined ? 0 : 1 << Number(point);
}

const texts = new Map<string, BuildText>();
const unchanged = new Map<string, Compiled>();
const changed = new WeakMap<Change, Map<string, Compiled>>();

function selectCache(change: Change | undefined): Map<string, Compiled> {
  if (!change) return unchanged;
  const cache = changed.get(change) ?? new Map<string, Compiled>();
  changed.set(change, cache);
  return cache;
}

function buildKey({ protocol, debug, trace }: Build): string {
  return `${protocol.name} ${debug} ${trace}`;
}

/** A build as text, for surroundings that link it themselves; made once. */
export function buildText(build: Omit<Build, 'change'>): BuildText {
  const key = buildKey(build);
  let text = texts.get(key);
  if (!text) {
    text = readAhead(build) ?? compileBuild(build);
    texts.set(key, text);
  }
  return text;
}

/** A build, ready to run; compiled once. */
export function compiledBuild(build: Build): Compiled {
  const cache = selectCache(build.change);
  const key = buildKey(build);
  let compiled = cache.get(key);
  if (!compiled) {
    compiled = link(build.change ? compileBuild(build) : buildText(build));
    cache.set(key, compiled);
  }
  return compiled;
}
