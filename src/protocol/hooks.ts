/** What the patch adds to do_exit() (kernel/exit.c) and copy_process() (kernel/fork.c). Text that is translated: see linux.ts. */
import { current, load, type Steps, type task_struct, trace_mark } from './linux.ts';
import { exit_checkpoint } from './restart.ts';
import { ckpt_ctx_get } from './sys.ts';

/** The lines of do_exit() that call exit_checkpoint(). */
export function* exit_hook(tsk: task_struct): Steps {
  if (yield* load(tsk.checkpoint_ctx)) yield* exit_checkpoint(tsk);
}

/** The lines of copy_process() before the last point at which fork may fail for a signal. */
export function* fork_hook(child: task_struct): Steps {
  yield* inherit_checkpoint_ctx(child);
}

/** The lines of copy_process() after that point. The patch has none. */
export function* late_fork_hook(_child: task_struct): Steps {}

/** If parent is restarting, child should be too. */
export function* inherit_checkpoint_ctx(child: task_struct): Steps {
  if (yield* load(current.checkpoint_ctx)) {
    const ctx = yield* ckpt_ctx_get(yield* load(current.checkpoint_ctx));
    child.checkpoint_ctx = ctx;
    trace_mark(child, ctx);
  }
}
