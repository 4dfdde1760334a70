/** checkpoint/sys.c of the patch: the context, its references and its error; restart(2). Text that is translated: see linux.ts. */
import { ckpt_get_error, ckpt_test_error, RESTART_USER_FLAGS } from './checkpoint.h.ts';
import {
  CKPT_CTX_ERROR,
  CKPT_CTX_RESTART,
  CKPT_CTX_SUCCESS,
  EBADF,
  EINVAL,
  ENOMEM,
  EPERM,
  SIZEOF_CKPT_CTX,
} from './checkpoint_types.ts';
import {
  _ckpt_kread,
  atomic_dec_and_test,
  atomic_inc,
  BUG_ON,
  type ckpt_ctx,
  complete_all,
  ERR_PTR,
  IS_ERR,
  type int,
  is_bad_file,
  is_not_permitted,
  kfree_ctx,
  kmalloc,
  load,
  mutex_lock,
  mutex_unlock,
  NULL,
  new_ctx,
  PTR_ERR,
  peek,
  type pid_t,
  type Steps,
  store,
  test_and_set_bit,
  trace_error,
  trace_free,
  trace_get,
  trace_log,
  trace_put,
  trace_success,
} from './linux.ts';
import { do_restart, restore_debug_free, restore_notify_error } from './restart.ts';

/** ckpt_kread(): the number of the next object of the stream, or a negative errno. */
export function* ckpt_kread(ctx: ckpt_ctx): Steps<int> {
  if (yield* ckpt_test_error(ctx)) return yield* ckpt_get_error(ctx);

  return yield* _ckpt_kread(ctx.file);
}

/** ckpt_ctx_free() */
export function* ckpt_ctx_free(ctx: ckpt_ctx): Steps {
  BUG_ON(yield* load(ctx.refcount));

  /* per task status debugging only during restart */
  if (peek(ctx.kflags) & CKPT_CTX_RESTART) yield* restore_debug_free(ctx);

  kfree_ctx(ctx);
  trace_free(ctx);
}

/** ckpt_ctx_alloc(): a context with one reference, or a negative errno. */
export function* ckpt_ctx_alloc(uflags: int, kflags: int): Steps<ckpt_ctx> {
  if (!(yield* kmalloc(SIZEOF_CKPT_CTX))) return ERR_PTR(-ENOMEM);
  const ctx = new_ctx();

  ctx.uflags = uflags;
  ctx.kflags = kflags;

  if (is_bad_file()) {
    yield* ckpt_ctx_free(ctx);
    return ERR_PTR(-EBADF);
  }
  yield* atomic_inc(ctx.refcount);
  trace_get(ctx);
  return ctx;
}

/** ckpt_ctx_get() */
export function* ckpt_ctx_get(ctx: ckpt_ctx): Steps<ckpt_ctx> {
  if (ctx) {
    yield* atomic_inc(ctx.refcount);
    trace_get(ctx);
  }
  return ctx;
}

/** ckpt_ctx_put(): the last reference frees. */
export function* ckpt_ctx_put(ctx: ckpt_ctx): Steps {
  if (ctx) {
    const last = yield* atomic_dec_and_test(ctx.refcount);
    trace_put(ctx);
    if (last) yield* ckpt_ctx_free(ctx);
  }
}

/** ckpt_set_error(): the first error is the one that counts. */
export function* ckpt_set_error(ctx: ckpt_ctx, err: int): Steps {
  /* atomically set ctx->errno */
  const late = yield* test_and_set_bit(ctx.kflags, CKPT_CTX_ERROR);
  trace_error(ctx, err, late);
  if (!late) {
    yield* store(ctx.errno, err);
    /* make ctx->errno visible to all other tasks */
    yield* complete_all(ctx.errno_sync);
    /* on restart, notify all tasks in restarting subtree */
    if ((yield* load(ctx.kflags)) & CKPT_CTX_RESTART) yield* restore_notify_error(ctx);
  }
}

/** ckpt_set_success() */
export function* ckpt_set_success(ctx: ckpt_ctx): Steps {
  const was_set = yield* test_and_set_bit(ctx.kflags, CKPT_CTX_SUCCESS);
  if (!was_set) trace_success();
  yield* complete_all(ctx.errno_sync);
}

/** ckpt_err(): a line of the log, which records an error that is not 0. */
export function* ckpt_err(ctx: ckpt_ctx, err: int): Steps {
  yield* mutex_lock(ctx.msg_mutex);
  if (err) yield* ckpt_set_error(ctx, err);
  trace_log(ctx, err);
  mutex_unlock(ctx.msg_mutex);
}

/** do_sys_restart() */
export function* do_sys_restart(pid: pid_t, flags: int): Steps<int> {
  if (flags & ~RESTART_USER_FLAGS()) return -EINVAL;

  if (is_not_permitted()) return -EPERM;

  const ctx = pid ? yield* ckpt_ctx_alloc(flags, CKPT_CTX_RESTART) : NULL;
  if (IS_ERR(ctx)) return PTR_ERR(ctx);

  const ret = yield* do_restart(ctx, pid);

  yield* ckpt_ctx_put(ctx);
  return ret;
}
