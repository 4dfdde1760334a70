/**
 * What a protocol of one's own is written with: the package's export `mktrouble/protocol`. See docs/writing-a-protocol.md.
 *
 * Nothing here does anything when it is called: a protocol file is read and compiled, and never executed. These are the names
 * that it may use, for the reader and for the type checker.
 */
import type { ErrnoName } from '../../model/errno.ts';
import type { PROTOCOL_VERSION } from './version.ts';

export { PROTOCOL_VERSION } from './version.ts';

/** A function with steps: another process may run before each of them. */
export type Steps<T = void> = Generator<'step', T, unknown>;

declare const WORD: unique symbol;
/** A word of shared memory: a 32-bit integer. */
export interface Word {
  readonly [WORD]: true;
}

/** Processes are numbers: 0 is the coordinator, 1 and up are the tasks of the scenario's tree in its order. */
export type Process = number;

/** What must hold: of every state that a run passes through, or of the state in which it ends. */
export interface Property {
  readonly holds: 'always' | 'at-end';
  /** What must hold, in a sentence. */
  readonly statement: string;
  /** A function without steps; reads words by `peek`. */
  check(): boolean;
}

export interface ProtocolDefinition {
  readonly version: typeof PROTOCOL_VERSION;
  /** Lower-case words joined by dashes. */
  readonly name: string;
  /** The coordinator; what it returns is its result: negative for an errno. */
  coordinator(): Steps<number>;
  /** Every task of the scenario's tree. */
  task(): Steps<number>;
  /** By their names, which are none of mktrouble's own. */
  readonly properties?: Readonly<Record<string, Property>>;
}

/** The default export of a protocol file: `export default defineProtocol({ version: 1, name: 'mine', coordinator, task })`. */
export function defineProtocol(definition: ProtocolDefinition): ProtocolDefinition {
  return definition;
}

function onlyRead(name: string): never {
  throw new Error(`${name}() is a word of protocol files, which mktrouble reads and never executes`);
}

/** Declares words that all processes share, with their first values: `const state = shared({ phase: 0 })`. */
export function shared<T extends Readonly<Record<string, number>>>(_words: T): { readonly [K in keyof T]: Word } {
  return onlyRead('shared');
}

/** Declares words that each process has one of: `const own = perProcess({ vote: 0 })`; `own.vote()` is its own, `own.vote(p)` that of p. */
export function perProcess<T extends Readonly<Record<string, number>>>(
  _words: T,
): { readonly [K in keyof T]: (process?: Process) => Word } {
  return onlyRead('perProcess');
}

/** Reads a word, as a step. `label`: what the step is called; the same for every kind of step. */
export function load(_word: Word, _label?: string): Steps<number> {
  return onlyRead('load');
}

/** Writes a word, as a step. */
export function store(_word: Word, _value: number | boolean, _label?: string): Steps {
  return onlyRead('store');
}

/** Adds to a word, as one step; the new value. */
export function add(_word: Word, _n: number, _label?: string): Steps<number> {
  return onlyRead('add');
}

/** Writes a word when it has the value expected, as one step; the value before. */
export function compareExchange(_word: Word, _expected: number, _value: number, _label?: string): Steps<number> {
  return onlyRead('compareExchange');
}

/** Waits until a condition holds, which reads words by `peek`. True: it holds; false: a fault `wake` ended the wait (a time-out, a signal). */
export function wait(_until: () => boolean, _label?: string): Steps<boolean> {
  return onlyRead('wait');
}

/** Kills a process, as a step: it does nothing any more. */
export function kill(_process: Process, _label?: string): Steps {
  return onlyRead('kill');
}

/** Makes a call that a fault `fail` can make fail, as a step: 0, or a negative errno. The name is what `fail:` of a scenario says. */
export function attempt(_call: string, _label?: string): Steps<number> {
  return onlyRead('attempt');
}

/** Work that touches no word, as a step. */
export function work(_label?: string): Steps {
  return onlyRead('work');
}

/** Reads a word without a step of its own: within the step before, which no other process can divide. */
export function peek(_word: Word): number {
  return onlyRead('peek');
}

/** The process arrives at a stage, at which faults can fire: `when: { task: 101, at: vote }`. No step of its own. */
export function stage(_name: string): void {
  onlyRead('stage');
}

/** The running process. */
export function self(): Process {
  return onlyRead('self');
}

/** The tasks, in the order of the tree; only in `for (const p of tasks())`. */
export function tasks(): Iterable<Process> {
  return onlyRead('tasks');
}

/** How many tasks there are. */
export function count(): number {
  return onlyRead('count');
}

/** The parent of a process in the scenario's tree: the coordinator's is itself. */
export function parent(_process: Process): Process {
  return onlyRead('parent');
}

/** Whether a process was not killed. */
export function alive(_process: Process): boolean {
  return onlyRead('alive');
}

/** The number of an errno: `return -errno('EIO')`. */
export function errno(_name: ErrnoName): number {
  return onlyRead('errno');
}
