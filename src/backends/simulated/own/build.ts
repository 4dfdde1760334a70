/**
 * Compiles a protocol of one's own by the compiler of the restart: each step becomes a function over the machine's memory. The text
 * that is made into functions has nothing of the file but what src/protocol/own has translated.
 */
import type { OwnProtocol, Site, WordDeclaration } from '../../../protocol/own/protocol.ts';
import { parseFunction } from '../../../protocol/rewriting.ts';
import { emitSteps, emitTouches } from '../compile/emit.ts';
import { type Block, successors } from '../compile/ir.ts';
import { placeLocals, reachable } from '../compile/liveness.ts';
import { Lowering } from '../compile/lower.ts';
import { plainSource } from '../compile/plain.ts';
import type { Scope, SourceFunction } from '../compile/source.ts';
import { type Footprint, footprintOf } from './footprint.ts';
import {
  ARMED,
  ARRIVED,
  ENDLESS,
  KILLED,
  type Layout,
  LIFE,
  layOut,
  OUT_OF_BOUNDS,
  RESULT,
  RETURNED,
  STAGE,
  WOKEN,
  type World,
} from './layout.ts';

type StepFunction = (m: Int32Array, world: World, current: number) => void;
type ValueFunction = (m: Int32Array, world: World, current: number) => number;

export interface Build {
  readonly protocol: OwnProtocol;
  readonly layout: Layout;
  readonly taskWords: number;
  /** By pc; 0 starts the program. */
  readonly steps: readonly StepFunction[];
  /** By pc: the address that the step touches; of a wait whether its condition holds. */
  readonly touches: readonly ValueFunction[];
  /** By pc: the place in the source; undefined for 0. */
  readonly sites: readonly (Site | undefined)[];
  /** By pc: what the step is called; `start` for 0. */
  readonly labels: readonly string[];
  /** By pc: the pcs that can follow. */
  readonly next: readonly (readonly number[])[];
  /** By pc: what the step, with all up to the next, touches. */
  readonly footprints: readonly Footprint[];
  /** By property: whether it holds; 0: it does not. */
  readonly checks: readonly ValueFunction[];
}

/** Thrown by compiled code to leave a step that cannot go on: OUT_OF_BOUNDS or ENDLESS. */
export class Stopped extends Error {
  readonly reason: number;

  constructor(reason: number) {
    super('the step cannot go on');
    this.reason = reason;
  }
}

/** Rounds that loops of one step may go. */
const MAX_ROUNDS = 1_000_000;
let roundsLeft = MAX_ROUNDS;

/** A step begins: its loops may go their rounds. */
export function beginStep(): void {
  roundsLeft = MAX_ROUNDS;
}

const NATIVES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [
    'tick',
    () => {
      if (--roundsLeft < 0) throw new Stopped(ENDLESS);
    },
  ],
  [
    'out_of_bounds',
    () => {
      throw new Stopped(OUT_OF_BOUNDS);
    },
  ],
]);

/** What every protocol may call. */
const KERNEL = [
  `function process_at(n) { if (n < 0 || n >= world.nrTasks) out_of_bounds(); return world.firstTask + n * world.taskWords; }`,
  `function self_number(current) { return ((current - world.firstTask) / world.taskWords) | 0; }`,
  `function is_coordinator(current) { return current === world.firstTask; }`,
  `function parent_of(n) { process_at(n); return world.parent[n]; }`,
  `function is_alive(n) { return m[process_at(n) + ${LIFE}] === ${KILLED} ? 0 : 1; }`,
  `function multiply(a, b) { return Math.imul(a, b); }`,
  `function set_stage(current, stage) { m[current + ${STAGE}] = stage + ${ARRIVED}; return 0; }`,
  `function end_process(current, result) { m[current + ${LIFE}] = ${RETURNED}; m[current + ${RESULT}] = result; return 0; }`,
  `function kill_process(n) { const at = process_at(n); if (m[at + ${LIFE}] !== 0) return 0; m[at + ${LIFE}] = ${KILLED}; m[at + ${WOKEN}] = 0; m[at + ${ARMED}] = 0; return 0; }`,
  `function woken(current, holds) { m[current + ${WOKEN}] = 0; return holds; }`,
  `function disarm(current, call) { const fault = m[current + ${ARMED}] - 1; if (fault < 0 || world.calls[fault] !== call) return 0; m[current + ${ARMED}] = 0; return world.errors[fault]; }`,
];

function source(text: string): SourceFunction {
  return { text, node: parseFunction(text) };
}

function nameOf(text: string): string {
  return /^function\*? (\w+)/.exec(text)![1]!;
}

/** The functions by which a protocol reads a word without a step. */
function readers(words: readonly WordDeclaration[], { places }: Layout): string[] {
  return words.flatMap(({ perProcess }, i) =>
    perProcess
      ? [
          `function any${i}(n) { return m[process_at(n) + ${places[i]}]; }`,
          `function own${i}(current) { return m[current + ${places[i]}]; }`,
        ]
      : [`function read${i}() { return m[${places[i]}]; }`],
  );
}

/** The small function of a step: it ends the step before, and does what it is for. */
function siteFunction(site: Site, number: number, protocol: OwnProtocol, { places }: Layout): string {
  const { kind, word, own } = site;
  const shape = (params: readonly string[], at: string, body: string): string =>
    `function* site${number}(${['current', ...params].join(', ')}) { yield touch(${at}, S${number}, 0); ${body} }`;
  if (kind === 'wait') {
    const [, params = 'current'] = /\(([^)]*)\)/.exec(protocol.plain.get(`guard${number}`)!) ?? [];
    return `function* site${number}(${params}) { yield touch(guard${number}(${params}), S${number}, 0); return woken(current, guard${number}(${params})); }`;
  }
  if (kind === 'kill') return shape(['n'], '0', 'kill_process(n); return 0;');
  if (kind === 'attempt') return shape([], '0', `return disarm(current, ${site.call});`);
  if (kind === 'work') return shape([], '0', 'return 0;');
  const { perProcess } = protocol.words[word!]!;
  const place = places[word!]!;
  const at = !perProcess ? String(place) : own ? `current + ${place}` : `process_at(n) + ${place}`;
  const process = perProcess && !own ? ['n'] : [];
  switch (kind) {
    case 'load':
      return shape(process, at, `return m[${at}];`);
    case 'store':
      return shape([...process, 'value'], at, `m[${at}] = value; return 0;`);
    case 'add':
      return shape([...process, 'value'], at, `m[${at}] = ((m[${at}] + value) | 0); return m[${at}];`);
    case 'compareExchange':
      return shape(
        [...process, 'expected', 'value'],
        at,
        `const before = m[${at}]; if (before === expected) m[${at}] = value; return before;`,
      );
  }
}

function scopeOf(protocol: OwnProtocol, layout: Layout): Scope {
  const steps = new Map([...protocol.steps].map(([name, text]) => [name, source(text)]));
  protocol.sites.forEach((site, i) => {
    steps.set(`site${i}`, source(siteFunction(site, i, protocol, layout)));
  });
  const plain = new Map(
    [...KERNEL, ...readers(protocol.words, layout), ...protocol.plain.values()].map((text) => [
      nameOf(text),
      source(text),
    ]),
  );
  const constants = new Map(protocol.sites.map((_, i) => [`S${i}`, i]));
  return { constants, steps, plain, natives: NATIVES, primitives: new Set() };
}

/** The texts of a step: from its preemption point to the next. */
function textsFrom(start: Block): string[] {
  const texts: string[] = [];
  const seen = new Set<Block>([start]);
  for (const { statements, end } of seen) {
    for (const { text } of statements) texts.push(text);
    if (end.kind === 'branch') texts.push(end.condition.text);
    if (end.kind !== 'yield') for (const next of successors({ id: 0, statements: [], end })) seen.add(next);
  }
  return texts;
}

function pcsFrom(start: Block): number[] {
  const found = new Set<number>();
  const seen = new Set<Block>([start]);
  for (const block of seen) {
    if (block.end.kind === 'yield') found.add(block.end.pc);
    else for (const next of successors(block)) seen.add(next);
  }
  return [...found];
}

/** Compiles a protocol; in some ten milliseconds. */
export function compileOwn(protocol: OwnProtocol): Build {
  const layout = layOut(protocol);
  const scope = scopeOf(protocol, layout);
  const program = new Lowering(scope, {}, false).program('main');
  const frames = placeLocals(program, layout.frame);
  const text = [
    `'use strict';`,
    ...[...scope.plain.keys()].map((name) => plainSource(name, scope, {}, false)),
    `return { steps: ${emitSteps(program, frames)}, touches: ${emitTouches(program, frames)}, checks: [${protocol.properties
      .map(({ check }) => check)
      .join(', ')}] };`,
  ].join('\n');
  const make = new Function(...NATIVES.keys(), text) as (
    ...natives: unknown[]
  ) => Pick<Build, 'steps' | 'touches' | 'checks'>;

  const sites: (Site | undefined)[] = [undefined];
  const next: (readonly number[])[] = [pcsFrom(program.entry)];
  const footprints: Footprint[] = [footprintOf(undefined, 0, textsFrom(program.entry), protocol)];
  for (const block of reachable(program)) {
    const { end } = block;
    if (end.kind !== 'yield') continue;
    const number = end.point.fieldOffset;
    const site = protocol.sites[number]!;
    sites[end.pc] = site;
    next[end.pc] = pcsFrom(end.to);
    footprints[end.pc] = footprintOf(site, number, textsFrom(end.to), protocol);
  }
  return {
    protocol,
    layout,
    taskWords: layout.frame + frames.slots,
    ...make(...NATIVES.values()),
    sites,
    labels: Array.from(sites, (site) => site?.label ?? 'start'),
    next,
    footprints,
  };
}

const builds = new WeakMap<OwnProtocol, Build>();

/** The build of a protocol; compiled once. */
export function buildOf(protocol: OwnProtocol): Build {
  let build = builds.get(protocol);
  if (!build) {
    build = compileOwn(protocol);
    builds.set(protocol, build);
  }
  return build;
}
