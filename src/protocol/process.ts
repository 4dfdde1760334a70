/** checkpoint/process.c: a task restores itself from the image. Not in the patch. Text that is translated: see linux.ts. */
import {
  at,
  type ckpt_ctx,
  failure,
  type int,
  load_record,
  type Steps,
  trace_restore_begin,
  trace_restore_end,
} from './linux.ts';
import { POINT_RESTORE } from './points.ts';
import { ckpt_read_obj_type } from './restart.ts';
import { CKPT_HDR_TASK, CKPT_HDR_THREAD, FAIL_RESTORE } from './world.ts';

/** restore_task(): reads the next record of the stream; a record does not say whose it is. 0, or a negative errno. */
export function* restore_task(ctx: ckpt_ctx): Steps<int> {
  at(POINT_RESTORE);
  trace_restore_begin();
  const refused = failure(FAIL_RESTORE);
  let h = refused > 0 ? -refused : yield* ckpt_read_obj_type(ctx, CKPT_HDR_TASK);
  if (h >= 0) h = yield* ckpt_read_obj_type(ctx, CKPT_HDR_THREAD);
  trace_restore_end(h);
  if (h < 0) return h;
  load_record(h);
  return 0;
}
