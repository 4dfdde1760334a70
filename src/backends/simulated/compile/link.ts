/**
 * A build (the model compiled for one protocol), and how its text becomes functions. Apart from the compiler, so that a page of a browser can load what was
 * compiled elsewhere.
 */
import * as memory from '../kernel/memory.ts';
import type { World } from '../kernel/world.ts';

/** Goes on from a preemption point to the next; writes the memory. */
export type StepFunction = (m: Int32Array, world: World, current: number) => void;
export type TouchFunction = (m: Int32Array, world: World, current: number) => number;

export interface Compiled {
  /** By pc; 0 starts the program. */
  readonly steps: readonly StepFunction[];
  /** By pc: the object that the step touches. */
  readonly touches: readonly TouchFunction[];
  /** By pc: READ, WRITE, ACQUIRE …; EFFECT for 0. */
  readonly modes: Uint8Array;
  readonly fields: readonly string[];
  readonly fieldOffsets: Int32Array;
  /** By pc: whether the object is the task itself. */
  readonly own: readonly boolean[];
  /** By pc: the step's name. */
  readonly labels: readonly string[];
  /** By pc: the pcs that can follow. */
  readonly next: readonly (readonly number[])[];
  /** By pc: the points of the protocol at which the task may arrive with this step; a bit for each. */
  readonly arrivals: Int32Array;
  /** Words of a task_struct with its frame. */
  readonly taskWords: number;
}

/** A build as plain JSON: its functions are text still. Where it has lists, they are by pc. */
export interface BuildText {
  readonly source: string;
  /** The functions of the machine that the source is handed. */
  readonly natives: readonly string[];
  readonly modes: readonly number[];
  readonly fields: readonly string[];
  readonly fieldOffsets: readonly number[];
  readonly own: readonly boolean[];
  readonly labels: readonly string[];
  readonly next: readonly (readonly number[])[];
  readonly arrivals: readonly number[];
  readonly taskWords: number;
}

/** Makes a function of its parameters and its body, as `new Function` does. */
export type MakeFunction = (parameters: readonly string[], body: string) => (...values: unknown[]) => unknown;

const newFunction: MakeFunction = (parameters, body) =>
  new Function(...parameters, body) as (...values: unknown[]) => unknown;

/** Makes functions of the text. `make`: for surroundings in which `new Function` is not allowed. */
export function link(text: BuildText, make: MakeFunction = newFunction): Compiled {
  const natives = text.natives.map((name) => (memory as Record<string, unknown>)[name]);
  const { steps, touches } = make(text.natives, text.source)(...natives) as Pick<Compiled, 'steps' | 'touches'>;
  return {
    ...text,
    steps,
    touches,
    modes: Uint8Array.from(text.modes),
    fieldOffsets: Int32Array.from(text.fieldOffsets),
    arrivals: Int32Array.from(text.arrivals),
  };
}
