/** The mutants of the restart protocol: each function of src/protocol/ with one change, by a name that lasts. */
import { type Build, compiledSource } from '../../src/backends/simulated/compile/compile.ts';
import { type Change, collectFunctions } from '../../src/backends/simulated/compile/source.ts';
import { parseFunction } from '../../src/protocol/rewriting.ts';
import { sources } from '../../src/protocol/source.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';
import { type Edit, type Operator, proposeEdits } from './operators.ts';

/** What user space does around the system call: not the protocol. */
const AROUND = new Set(['task_main']);

export interface Mutant {
  /** `function: operator: was -> is`, with ` (n)` from the second of its kind on: the same until the place itself changes. */
  readonly name: string;
  readonly file: string;
  readonly function: string;
  readonly operator: Operator;
}

/** The protocols that are mutated. Variants have most of their lines in common with one of them. */
export const PROTOCOLS = ['patch', 'series', 'hardened'];

/** A mutant in a protocol: undefined where the protocol does not have the place. */
export type Changes = (protocol: string) => Change | undefined;

/** The name of the build that a case runs under. */
export function buildName(protocol: string, isDebug: boolean): string {
  return isDebug ? `${protocol} debug` : protocol;
}

function parseBuild(name: string): Build {
  const [protocol, debugWord] = name.split(' ');
  return { protocol: protocolNamed(protocol!)!, debug: debugWord !== undefined, trace: false };
}

const unchanged = new Map<string, string>();

function original(build: string): string {
  const source = unchanged.get(build) ?? compiledSource(parseBuild(build));
  unchanged.set(build, source);
  return source;
}

/** The builds (`series`, `series debug` …) that a mutant makes different; one that compiles to nothing new in any is none. */
export function listBuilds(changes: Changes): string[] {
  const differs = (build: string, change: Change): boolean =>
    compiledSource({ ...parseBuild(build), change }) !== original(build);
  /* what differs without the debug build's code does so with it */
  return PROTOCOLS.flatMap((protocol) => {
    const change = changes(protocol);
    if (!change) return [];
    const debug = buildName(protocol, true);
    if (differs(protocol, change)) return [protocol, debug];
    return differs(debug, change) ? [debug] : [];
  });
}

/** On one line, and the middle left out of what is long. */
function inShort(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 55)} … ${line.slice(-30)}` : line;
}

interface Named {
  readonly name: string;
  readonly edit: Edit;
}

const named = new Map<string, readonly Named[]>();

/** The edits of a function's text, by their names. */
function namedEdits(name: string, text: string): readonly Named[] {
  const key = `${name} ${text}`;
  let found = named.get(key);
  if (!found) {
    const times = new Map<string, number>();
    found = proposeEdits(text, parseFunction(text)).map((edit) => {
      const title = `${name}: ${edit.operator}: ${describe(text, edit)}`;
      const time = (times.get(title) ?? 0) + 1;
      times.set(title, time);
      return { name: time > 1 ? `${title} (${time})` : title, edit };
    });
    named.set(key, found);
  }
  return found;
}

/** Every change that can be made in one of the protocols, whether it makes a difference or not. */
export function* allMutants(): Generator<Mutant> {
  const resolveFile = (name: string): string =>
    sources().find(({ functions }) => functions.some((one) => one.name === name))?.name ?? 'patches';
  const seen = new Set<string>();
  for (const protocol of PROTOCOLS) {
    for (const [name, text] of collectFunctions(protocolNamed(protocol)!)) {
      if (AROUND.has(name)) continue;
      for (const one of namedEdits(name, text)) {
        if (seen.has(one.name)) continue;
        seen.add(one.name);
        yield { name: one.name, file: resolveFile(name), function: name, operator: one.edit.operator };
      }
    }
  }
}

/** What a mutant is in each protocol. */
export function planChanges(mutant: Mutant): Changes {
  const made = new Map<string, Change | undefined>();
  return (protocol) => {
    if (!made.has(protocol)) made.set(protocol, changeIn(mutant, protocol));
    return made.get(protocol);
  };
}

function changeIn({ name, function: where }: Mutant, protocol: string): Change | undefined {
  const text = collectFunctions(protocolNamed(protocol)!).get(where);
  const edit = text === undefined ? undefined : namedEdits(where, text).find((one) => one.name === name)?.edit;
  return edit && { function: where, text: text!.slice(0, edit.start) + edit.by + text!.slice(edit.end) };
}

function describe(text: string, { start, end, by, parts }: Edit): string {
  if (parts) return parts.map(inShort).join(' <-> ');
  return `${inShort(text.slice(start, end))} -> ${inShort(by)}`;
}
