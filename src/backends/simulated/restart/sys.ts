/**
 * checkpoint/sys.c and include/linux/checkpoint.h: the context, its references, its error, the log and the image.
 * One function for one function; the names are the patch's in camelCase.
 */
import {
  atomicDecAndTest,
  atomicInc,
  EFFECT,
  live,
  load,
  type Steps,
  store,
  testAndSetBit,
  touch,
  WRITE,
} from '../kernel/access.ts';
import {
  ACTIVE_PID,
  CKPT_CTX_ERROR,
  CKPT_CTX_RESTART,
  CKPT_CTX_SUCCESS,
  COMPLETE,
  ERRNO,
  ERRNO_SYNC,
  FILE_POS,
  GHOSTQ,
  KFLAGS,
  LIFE,
  MSG_MUTEX,
  NULL,
  OWNER,
  REFCOUNT,
  UFLAGS,
  WAITQ,
} from '../kernel/layout.ts';
import { lock, unlock } from '../kernel/lock.ts';
import { BUG, m, note, oops, world } from '../kernel/memory.ts';
import { sawSuccess } from '../kernel/seen.ts';
import { failure, kmalloc } from '../kernel/slab.ts';
import { complete, completeAll, waitForCompletion, wakeUpAll } from '../kernel/wait.ts';
import { FAIL_READ } from '../kernel/world.ts';
import { restoreDebugFree } from './debug.ts';
import { EBADF, EINVAL, ENOMEM } from './errno.ts';
import { variant } from './variant.ts';

/** sizeof(struct ckpt_ctx), more or less: far below what kmalloc() can. */
export const SIZEOF_CKPT_CTX = 4096;

/** The new context's fields, before anybody else can see it. */
export function initCtx(ctx: number, owner: number, uflags: number): void {
  m[ctx + LIFE] = 1;
  m[ctx + KFLAGS] = CKPT_CTX_RESTART;
  m[ctx + UFLAGS] = uflags;
  m[ctx + OWNER] = owner;
}

/** ckpt_ctx_alloc(): a context with one reference, or a negative errno. */
export function* ckptCtxAlloc(current: number, uflags: number): Steps<number> {
  if (!(yield* kmalloc(current, SIZEOF_CKPT_CTX))) return -ENOMEM;
  initCtx(world.ctx, current, uflags);
  if (world.badFd || world.badLogfd) {
    yield* ckptCtxFree(current, world.ctx);
    return -EBADF;
  }
  yield* atomicInc(world.ctx, REFCOUNT);
  note('get', current, m[world.ctx + REFCOUNT]!, world.ctx);
  return world.ctx;
}

/** ckpt_ctx_free() */
export function* ckptCtxFree(current: number, ctx: number): Steps {
  if ((yield* load(ctx, REFCOUNT)) !== 0) oops(BUG);
  if (m[ctx + KFLAGS]! & CKPT_CTX_RESTART) yield* restoreDebugFree(current, ctx);
  m[ctx + LIFE] = 2;
  note('free', current, ctx);
}

/** ckpt_ctx_get() */
export function* ckptCtxGet(current: number, ctx: number): Steps {
  if (ctx !== NULL) {
    yield* atomicInc(ctx, REFCOUNT);
    note('get', current, m[ctx + REFCOUNT]!, ctx);
  }
}

/** ckpt_ctx_put(): the last reference frees. */
export function* ckptCtxPut(current: number, ctx: number): Steps {
  if (ctx !== NULL) {
    const last = yield* atomicDecAndTest(ctx, REFCOUNT);
    note('put', current, m[ctx + REFCOUNT]!, ctx);
    if (last) yield* ckptCtxFree(current, ctx);
  }
}

/** ckpt_test_error() */
export function* ckptTestError(ctx: number): Steps<boolean> {
  return ((yield* load(ctx, KFLAGS)) & CKPT_CTX_ERROR) !== 0;
}

/** ckpt_test_complete() */
export function* ckptTestComplete(ctx: number): Steps<boolean> {
  return ((yield* load(ctx, KFLAGS)) & (CKPT_CTX_SUCCESS | CKPT_CTX_ERROR)) !== 0;
}

/** ckpt_get_error(): the flag may be seen before errno is set, hence the event. */
export function* ckptGetError(current: number, ctx: number): Steps<number> {
  yield* waitForCompletion(current, ctx, ERRNO_SYNC);
  return yield* load(ctx, ERRNO);
}

/** restore_notify_error(): wakes the coordinator and everybody else. */
export function* restoreNotifyError(current: number, ctx: number): Steps {
  yield* complete(current, ctx, COMPLETE);
  yield* wakeUpAll(current, ctx, WAITQ);
  if (variant.series) yield* wakeUpAll(current, ctx, GHOSTQ);
}

/** The flag of ckpt_set_error(): whether this error is not the one that counts. */
export function* claimError(current: number, ctx: number): Steps<boolean> {
  if (!variant.oneDecision) return (yield* testAndSetBit(ctx, KFLAGS, CKPT_CTX_ERROR)) !== 0;
  return yield* decide(current, ctx, CKPT_CTX_ERROR);
}

/** (hardened: oneDecision) Sets SUCCESS or ERROR unless one of them is set: true when it was too late. */
export function* decide(current: number, ctx: number, flag: number): Steps<boolean> {
  yield touch(ctx, KFLAGS, WRITE);
  live(ctx);
  if ((m[ctx + KFLAGS]! & (CKPT_CTX_SUCCESS | CKPT_CTX_ERROR)) !== 0) return true;
  m[ctx + KFLAGS]! |= flag;
  if (flag === CKPT_CTX_SUCCESS) declareSuccess(current);
  return false;
}

/** ckpt_set_error(): the first error is the one that counts. */
export function* ckptSetError(current: number, ctx: number, err: number): Steps {
  const late = yield* claimError(current, ctx);
  note('error', current, err, late ? 0 : 1, ctx);
  if (!late || variant.lastError) {
    yield* store(ctx, ERRNO, err);
    if (variant.errorSemaphore) yield* complete(current, ctx, ERRNO_SYNC);
    else yield* completeAll(current, ctx, ERRNO_SYNC);
    if ((yield* load(ctx, KFLAGS)) & CKPT_CTX_RESTART) yield* restoreNotifyError(current, ctx);
  }
}

/** Only what is seen from outside: from here on it is a success. */
export function declareSuccess(current: number): void {
  sawSuccess();
  note('success', current);
}

/** ckpt_set_success() */
export function* ckptSetSuccess(current: number, ctx: number): Steps {
  const decided = yield* testAndSetBit(ctx, KFLAGS, CKPT_CTX_SUCCESS);
  if (decided === 0) declareSuccess(current);
  yield* completeAll(current, ctx, ERRNO_SYNC);
}

/** ckpt_err(): a line of the log, which records an error that is not 0. */
export function* ckptErr(current: number, ctx: number, err: number): Steps {
  yield* lock(ctx, MSG_MUTEX);
  if (err !== 0) yield* ckptSetError(current, ctx, err);
  note('log', current, err, 0, ctx);
  unlock(ctx, MSG_MUTEX);
}

/** ckpt_kread(): the number of the next object of the stream, or a negative errno. */
export function* ckptKread(current: number, ctx: number): Steps<number> {
  if (!variant.readsGoOn && (yield* ckptTestError(ctx))) return yield* ckptGetError(current, ctx);
  yield touch(ctx, FILE_POS, EFFECT);
  live(ctx);
  return nextObject(current, ctx);
}

/** Takes the next object off the stream; its end is -EINVAL, as is an object that is damaged. */
export function nextObject(current: number, ctx: number): number {
  const refused = failure(current, FAIL_READ);
  if (refused > 0) return -refused;
  const at = m[ctx + FILE_POS]!;
  if (at >= world.objects.length) return -EINVAL;
  m[ctx + FILE_POS] = at + 1;
  return world.objectError[at]! < 0 ? world.objectError[at]! : at;
}

/** ckpt_read_obj_type(): an object of this type; its number, or a negative errno, which is logged. */
export function* ckptReadObjType(current: number, ctx: number, type: number): Steps<number> {
  const h = yield* ckptKread(current, ctx);
  if (h < 0) {
    yield* ckptErr(current, ctx, h);
    return h;
  }
  if (world.objects[h] !== type) {
    yield* ckptErr(current, ctx, -EINVAL);
    return -EINVAL;
  }
  return h;
}

/** The active_pid of init_restart_ctx(); nothing that matters reads it before. */
export function initActivePid(ctx: number, value: number): void {
  m[ctx + ACTIVE_PID] = value;
}

/** (variant) init_completion(&ctx->complete) where older versions had it: what was complete is forgotten. */
export function initCompletion(ctx: number): void {
  m[ctx + COMPLETE] = 0;
}
