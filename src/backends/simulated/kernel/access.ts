/**
 * Access to what tasks share. Each of these is one step of the model (docs/protocol.md, "Steps and the image"): the running
 * task may be preempted before it. The `yield` names the access; the scheduler, the reduction and the names of the steps
 * are derived from it.
 */
import { LIFE, NULL } from './layout.ts';
import { m, NULL_DEREFERENCE, oops, USE_AFTER_FREE, world } from './memory.ts';

/** What a step does to the word that it touches. */
export const READ = 0;
export const WRITE = 1;
/** Takes a lock: can't move while the word is not 0. */
export const ACQUIRE = 2;
/** Takes a lock for reading: can't move while the word is below 0. */
export const ACQUIRE_READ = 3;
/** Has an effect beyond a word of memory: wake-ups, signals, allocations, the image. */
export const EFFECT = 4;

/** A preemption point: which word of which object is about to be touched, and how. */
export interface Touch {
  at: number;
  field: number;
  mode: number;
}
/** A function of the model: a generator that stops before each access to what is shared. */
export type Steps<T = void> = Generator<Touch, T, void>;

const point: Touch = { at: 0, field: 0, mode: 0 };
const end: Touch = { at: 0, field: 0, mode: -1 };

/** Names the next access. One object is reused: look at it before the generator goes on. */
export function touch(at: number, field: number, mode: number): Touch {
  point.at = at;
  point.field = field;
  point.mode = mode;
  return point;
}

/** The task is gone and never scheduled again. The compiler ends the program here. */
export function gone(): Touch {
  return end;
}

/** Checks that the object is neither NULL nor freed. Task structs, which lie behind all other objects, are never freed. */
export function live(at: number): void {
  if (at === NULL) oops(NULL_DEREFERENCE);
  if (m[at + LIFE] === 2 && at < world.firstTask) oops(USE_AFTER_FREE);
}

/** object->field */
export function* load(at: number, field: number): Steps<number> {
  yield touch(at, field, READ);
  live(at);
  return m[at + field]!;
}

/** object->field = value */
export function* store(at: number, field: number, value: number): Steps {
  yield touch(at, field, WRITE);
  live(at);
  m[at + field] = value;
}

/** object->field++ as one step. */
export function* increment(at: number, field: number): Steps<number> {
  yield touch(at, field, WRITE);
  live(at);
  return ++m[at + field]!;
}

/** set_bit() and test_and_set_bit(): those of the bits that were set before. */
export function* test_and_set_bit(at: number, field: number, bit: number): Steps<number> {
  yield touch(at, field, WRITE);
  live(at);
  const old = m[at + field]! & bit;
  m[at + field]! |= bit;
  return old;
}

/** atomic_inc() */
export function* atomic_inc(at: number, field: number): Steps<number> {
  yield touch(at, field, WRITE);
  live(at);
  return ++m[at + field]!;
}

/** atomic_add() */
export function* atomic_add(at: number, field: number, n: number): Steps {
  yield touch(at, field, WRITE);
  live(at);
  m[at + field]! += n;
}

/** atomic_dec_and_test() */
export function* atomic_dec_and_test(at: number, field: number): Steps<boolean> {
  yield touch(at, field, WRITE);
  live(at);
  return --m[at + field]! === 0;
}

/** atomic_cmpxchg(): the value before, which was replaced when it was `old`. */
export function* atomic_cmpxchg(at: number, field: number, old: number, value: number): Steps<number> {
  yield touch(at, field, WRITE);
  live(at);
  const before = m[at + field]!;
  if (before === old) m[at + field] = value;
  return before;
}
