/**
 * Access to what tasks share. Each of these is one step of the model (docs/protocol.md, "Steps and the image"): whoever runs may be
 * preempted before it. The `yield` says what is about to be touched; the scheduler, the reduction and the names of the
 * steps are made of it.
 */
import { CHECKPOINT_CTX, LIFE, NULL } from './layout.ts';
import { m, NULL_DEREFERENCE, oops, USE_AFTER_FREE, world } from './memory.ts';

/** What a step does to the word that it touches. */
export const READ = 0;
export const WRITE = 1;
/** Takes a lock: can't move while the word is not 0. */
export const ACQUIRE = 2;
/** Takes a lock for reading: can't move while the word is below 0. */
export const ACQUIRE_READ = 3;
/** Does something that is more than a word: wake-ups, signals, allocations, the image. */
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

/** The task is gone: nobody moves it again. The compiler ends the program here. */
export function gone(): Touch {
  return end;
}

/** NULL must not be touched, nor a context that was freed. */
export function live(ctx: number): void {
  if (ctx === NULL) oops(NULL_DEREFERENCE);
  if (m[ctx + LIFE] === 2 && ctx < world.firstTask) oops(USE_AFTER_FREE);
}

/** ctx->field */
export function* load(ctx: number, field: number): Steps<number> {
  yield touch(ctx, field, READ);
  live(ctx);
  return m[ctx + field]!;
}

/** ctx->field = value */
export function* store(ctx: number, field: number, value: number): Steps {
  yield touch(ctx, field, WRITE);
  live(ctx);
  m[ctx + field] = value;
}

/** ctx->field++ as one step. */
export function* increment(ctx: number, field: number): Steps<number> {
  yield touch(ctx, field, WRITE);
  live(ctx);
  return ++m[ctx + field]!;
}

/** set_bit() and test_and_set_bit(): whether one of the bits was set before. */
export function* testAndSetBit(ctx: number, field: number, bit: number): Steps<number> {
  yield touch(ctx, field, WRITE);
  live(ctx);
  const old = m[ctx + field]! & bit;
  m[ctx + field]! |= bit;
  return old;
}

/** atomic_inc() */
export function* atomicInc(ctx: number, field: number): Steps<number> {
  yield touch(ctx, field, WRITE);
  live(ctx);
  return ++m[ctx + field]!;
}

/** atomic_add() */
export function* atomicAdd(ctx: number, field: number, n: number): Steps {
  yield touch(ctx, field, WRITE);
  live(ctx);
  m[ctx + field]! += n;
}

/** atomic_dec_and_test() */
export function* atomicDecAndTest(ctx: number, field: number): Steps<boolean> {
  yield touch(ctx, field, WRITE);
  live(ctx);
  return --m[ctx + field]! === 0;
}

/** atomic_cmpxchg() */
export function* atomicCmpxchg(at: number, field: number, old: number, value: number): Steps {
  yield touch(at, field, WRITE);
  if (m[at + field] === old) m[at + field] = value;
}

/** task->checkpoint_ctx, read without a lock. */
export function* loadCheckpointCtx(task: number): Steps<number> {
  yield touch(task, CHECKPOINT_CTX, READ);
  if (task === NULL) oops(NULL_DEREFERENCE);
  return m[task + CHECKPOINT_CTX]!;
}

/** task->checkpoint_ctx = ctx */
export function* storeCheckpointCtx(task: number, ctx: number): Steps {
  yield touch(task, CHECKPOINT_CTX, WRITE);
  m[task + CHECKPOINT_CTX] = ctx;
}
