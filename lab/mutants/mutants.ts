/** The mutants of the restart protocol: each function of restart/ with one change, by a name that lasts. */
import { type Build, compiledSource } from '../../src/backends/simulated/compile/compile.ts';
import { type Change, modelScope } from '../../src/backends/simulated/compile/source.ts';
import * as context from '../../src/backends/simulated/restart/context.ts';
import * as coordinator from '../../src/backends/simulated/restart/coordinator.ts';
import * as debug from '../../src/backends/simulated/restart/debug.ts';
import * as exit from '../../src/backends/simulated/restart/exit.ts';
import * as image from '../../src/backends/simulated/restart/image.ts';
import * as restore from '../../src/backends/simulated/restart/restore.ts';
import * as sync from '../../src/backends/simulated/restart/sync.ts';
import * as sys from '../../src/backends/simulated/restart/sys.ts';
import * as turn from '../../src/backends/simulated/restart/turn.ts';
import * as user from '../../src/backends/simulated/restart/user.ts';
import { variantByName } from '../../src/backends/simulated/variants.ts';
import { type Edit, editsOf, type Operator } from './operators.ts';

const ROOMS = { context, coordinator, debug, exit, image, restore, sync, sys, turn, user };

/** What user space and the machine do around the system call: not the protocol. */
const AROUND = new Set([
  'taskMain',
  'nextToFork',
  'sitsIdle',
  'enterSyscall',
  'leaveSyscall',
  'backInUserSpace',
  'beginRestore',
  'declareSuccess',
  'passThreads',
]);

export interface Mutant {
  /** `function: operator: was -> is`, with ` (n)` from the second of its kind on: the same until the place itself changes. */
  readonly name: string;
  readonly file: string;
  readonly function: string;
  readonly operator: Operator;
  readonly change: Change;
}

/** The protocols that are mutated. Variants are made of the same lines. */
export const PROTOCOLS = ['patch', 'series', 'hardened'];

/** The name of the build that a case runs under. */
export function buildName(protocol: string, isDebug: boolean): string {
  return isDebug ? `${protocol} debug` : protocol;
}

function buildOf(name: string): Build {
  const [protocol, debugWord] = name.split(' ');
  return { variant: variantByName(protocol!)!, debug: debugWord !== undefined, trace: false };
}

const unchanged = new Map<string, string>();

function original(build: string): string {
  const source = unchanged.get(build) ?? compiledSource(buildOf(build));
  unchanged.set(build, source);
  return source;
}

/** The builds (`series`, `series debug` …) that a change makes different; one that compiles to nothing new in any is none. */
export function buildsOf(change: Change): string[] {
  const differs = (build: string): boolean => compiledSource({ ...buildOf(build), change }) !== original(build);
  /* what differs without the debug build's code does so with it */
  return PROTOCOLS.flatMap((protocol) => {
    const debug = buildName(protocol, true);
    if (differs(protocol)) return [protocol, debug];
    return differs(debug) ? [debug] : [];
  });
}

/** On one line, without what a loader makes of imports, and the middle left out of what is long. */
function inShort(text: string): string {
  const line = text
    .replace(/\(0,\s*import_\w+\.(\w+)\)/g, '$1')
    .replace(/import_\w+\./g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 90 ? `${line.slice(0, 55)} … ${line.slice(-30)}` : line;
}

/** Every change that can be made, whether it makes a difference or not. */
export function* allMutants(): Generator<Mutant> {
  const scope = modelScope();
  for (const [file, room] of Object.entries(ROOMS)) {
    for (const name of Object.keys(room)) {
      const model = scope.steps.get(name) ?? scope.plain.get(name);
      if (!model || AROUND.has(name)) continue;
      const times = new Map<string, number>();
      for (const edit of editsOf(model.text, model.node)) {
        const title = `${name}: ${edit.operator}: ${describe(model.text, edit)}`;
        const time = (times.get(title) ?? 0) + 1;
        times.set(title, time);
        yield {
          name: time > 1 ? `${title} (${time})` : title,
          file,
          function: name,
          operator: edit.operator,
          change: { function: name, text: model.text.slice(0, edit.start) + edit.by + model.text.slice(edit.end) },
        };
      }
    }
  }
}

function describe(text: string, { start, end, by, parts }: Edit): string {
  if (parts) return parts.map(inShort).join(' <-> ');
  return `${inShort(text.slice(start, end))} -> ${inShort(by)}`;
}
