/**
 * The running machine: its memory, its constants and its listener. The kernel's functions work on these; a machine loads
 * itself here before it moves (`use`), as a processor loads its registers.
 */
import { OOPS } from './layout.ts';
import type { World } from './world.ts';

/** The memory. */
export let m: Int32Array = new Int32Array(0);
/** What does not change during a run. */
export let world: World = undefined as unknown as World;
/** Receives the notes; null without trace. The compiler omits notes from a build without trace. */
let listener: Listener | null = null;
/** Informs the scheduler that a task became able to move. */
let onWake: (task: number) => void = () => {};

/** Gets what happens, as numbers: a kind of event and up to three values. */
export type Listener = (kind: string, actor: number, a: number, b: number, c: number) => void;

/** Puts a machine in place. */
export function use(memory: Int32Array, constants: World, hear: Listener | null, wake: (task: number) => void): void {
  m = memory;
  world = constants;
  listener = hear;
  onWake = wake;
}

/** Reports an event; changes nothing. */
export function note(kind: string, actor: number, a = 0, b = 0, c = 0): void {
  if (listener !== null) listener(kind, actor, a, b, c);
}

/** The task can move again. */
export function runnable(task: number): void {
  onWake(task);
}

export const MEMORY_DEFECTS = ['bug', 'null-dereference', 'out-of-bounds', 'use-after-free', 'double-free'] as const;

export const BUG = 1;
export const NULL_DEREFERENCE = 2;
export const OUT_OF_BOUNDS = 3;
export const USE_AFTER_FREE = 4;
export const DOUBLE_FREE = 5;

/** Thrown to leave the step in which the kernel broke; the machine catches it. */
export const OOPSED: unique symbol = Symbol('oops');

/** The kernel breaks here: the run ends, with this finding. */
export function oops(kind: number): never {
  m[OOPS] = kind;
  throw OOPSED;
}
