/** Where the memory of a protocol of one's own has what: a head, the shared words, the faults, then the processes. */
import type { OwnProtocol } from '../../../protocol/own/protocol.ts';

/* The head. */
/** Faults that fire before any process moves: a bit for each. */
export const DUE = 0;
/** Why the run was stopped: 0, OUT_OF_BOUNDS or ENDLESS. */
export const STOPPED = 1;
/** The pc of the step that it was stopped in, plus 1. */
export const STOPPED_AT = 2;
/** The properties that do not hold always: a bit for each. */
export const BROKEN = 3;
const HEAD = 4;

export const OUT_OF_BOUNDS = 1;
export const ENDLESS = 2;

/* A process. */
export const PC = 0;
export const LIFE = 1;
/** The number of its stage, from 1; ARRIVED is added until the step in which it arrives has ended. */
export const STAGE = 2;
export const ARRIVED = 1 << 16;
export const RESULT = 3;
/** A fault `wake` has ended its wait. */
export const WOKEN = 4;
/** The number of the fault that makes its next call fail, plus 1. */
export const ARMED = 5;
const PROCESS_HEAD = 6;

/* LIFE. */
export const RUNNING = 0;
export const RETURNED = 1;
export const KILLED = 2;

export interface Layout {
  /** By word: its address when it is shared, its place in a process otherwise. */
  readonly places: readonly number[];
  /** The first word of the faults: how often each has fired. */
  readonly firstFault: number;
  /** The word of a process at which its frame begins. */
  readonly frame: number;
}

export function layOut({ words }: OwnProtocol): Layout {
  let inHead = HEAD;
  let inProcess = PROCESS_HEAD;
  const places = words.map(({ perProcess }) => (perProcess ? inProcess++ : inHead++));
  return { places, firstFault: inHead, frame: inProcess };
}

/** What does not change during a run; compiled code reads it. */
export interface World {
  /** The coordinator and the tasks. */
  readonly nrTasks: number;
  readonly firstTask: number;
  readonly taskWords: number;
  /** By process: the number of its parent. */
  readonly parent: Int32Array;
  /** By fault: the number of the call that it makes fail, and the negative errno. */
  readonly calls: Int32Array;
  readonly errors: Int32Array;
}
