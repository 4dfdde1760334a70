/** include/linux/checkpoint.h: flags of restart(2), and the questions about ->kflags. Text that is translated: see linux.ts. */
import { CKPT_CTX_ERROR, CKPT_CTX_SUCCESS, RESTART_FROZEN, RESTART_TASKSELF } from './checkpoint_types.ts';
import { type ckpt_ctx, type int, load, type Steps, wait_for_completion } from './linux.ts';

/** The flags of restart(2) that user space may set. */
export function RESTART_USER_FLAGS(): int {
  return RESTART_TASKSELF | RESTART_FROZEN;
}

/** ckpt_test_error() */
export function* ckpt_test_error(ctx: ckpt_ctx): Steps<int> {
  return (yield* load(ctx.kflags)) & CKPT_CTX_ERROR;
}

/** ckpt_test_complete() */
export function* ckpt_test_complete(ctx: ckpt_ctx): Steps<int> {
  return (yield* load(ctx.kflags)) & (CKPT_CTX_SUCCESS | CKPT_CTX_ERROR);
}

/** ckpt_get_error(): CKPT_CTX_ERROR may be seen before ->errno is set; ->errno_sync is completed after it. */
export function* ckpt_get_error(ctx: ckpt_ctx): Steps<int> {
  yield* wait_for_completion(ctx.errno_sync);
  return yield* load(ctx.errno);
}
