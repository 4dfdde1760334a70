/** The image as a restart reads it, and what else comes from outside: one stream of objects with one cursor. */

import { EFFECT, live, type Steps, touch } from '../backends/simulated/kernel/access.ts';
import { LIFE } from '../backends/simulated/kernel/layout.ts';
import { m, NULL_DEREFERENCE, oops, world } from '../backends/simulated/kernel/memory.ts';
import { failure } from '../backends/simulated/kernel/slab.ts';
import { EINVAL, ENOSYS, FILE, NR_PIDS, PIDS_ARR, PIDS_READ, RECORD, SIZEOF_CKPT_PIDS } from './checkpoint_types.ts';
import { read_past_end, read_past_end_at_free, read_unread } from './trace.ts';
import { CKPT_HDR_BUFFER, FAIL_READ } from './world.ts';

/* ---- reading ---- */

/** _ckpt_kread(): the number of the next object of the stream, or a negative errno. */
export function* _ckpt_kread(current: number, at: number, field: number): Steps<number> {
  yield touch(at, field, EFFECT);
  live(at);
  return next_object(current, at);
}

/** Takes the next object off the stream. The end of the stream and a damaged object are -EINVAL. */
export function next_object(current: number, ctx: number): number {
  const refused = failure(current, FAIL_READ);
  if (refused > 0) return -refused;
  const at = m[ctx + FILE]!;
  if (at >= world.objects.length) return -EINVAL;
  m[ctx + FILE] = at + 1;
  return world.objectError[at]! < 0 ? world.objectError[at]! : at;
}

/** h->type */
export function object_type(h: number): number {
  return world.objects[h]!;
}

/* ---- the tree ---- */

/** h->nr_tasks of the tree's header. */
export function saved_nr_tasks(): number {
  return world.nrSaved;
}

/** sizeof(*ctx->pids_arr) * nr_pids as an int, which wraps. */
export function sizeof_pids_arr(nr_pids: number): number {
  return Math.imul(SIZEOF_CKPT_PIDS, nr_pids);
}

/** Whether so many pids take more bytes than an int holds. */
export function size_wraps(nr_pids: number): boolean {
  return sizeof_pids_arr(nr_pids) !== SIZEOF_CKPT_PIDS * nr_pids;
}

/** Whether the object is the pids, and has this many bytes. */
export function is_pids_buffer(h: number, size: number): boolean {
  return world.objects[h] === CKPT_HDR_BUFFER && world.pidsBytes === size;
}

/** Whether the image names a pid twice. */
export function has_duplicate_pids(): boolean {
  return new Set(world.pids).size !== world.pids.length;
}

/** Whether the image names this pid. */
export function is_named(pid: number): boolean {
  return world.isNamed(pid);
}

/** ctx->pids_arr[index].vpid. It does not look where the array ends: what lies behind is 0, and a finding. */
export function pids_arr_vpid(ctx: number, index: number): number {
  if (index * SIZEOF_CKPT_PIDS >= m[ctx + PIDS_ARR]!) return read_past_end();
  return world.pids[index]!;
}

/** The pids that restore_debug_free() prints: nr_pids of them. pids_arr may be NULL, shorter than that, or not filled. */
export function print_pids_arr(ctx: number): void {
  const nr_pids = m[ctx + NR_PIDS]!;
  if (nr_pids <= 0) return;
  if (m[ctx + PIDS_ARR] === 0) oops(NULL_DEREFERENCE);
  if (m[ctx + PIDS_READ]! < m[ctx + PIDS_ARR]!) read_unread();
  if ((nr_pids - 1) * SIZEOF_CKPT_PIDS + 4 > m[ctx + PIDS_ARR]!) read_past_end_at_free();
}

/* ---- a record ---- */

/** The task is from now on what the record of this object says. */
export function load_record(current: number, h: number): void {
  m[current + RECORD] = world.recordOf(h) + 1;
}

/** Whether the record of this object says that its task is a zombie. */
export function is_saved_zombie(h: number): number {
  return world.zombie[world.recordOf(h)]!;
}

/** The return value in the task's registers: the saved one; before a restore -ENOSYS, on x86. */
export function syscall_get_return_value(task: number): number {
  const record = m[task + RECORD]! - 1;
  return record < 0 ? -ENOSYS : world.retval[record]!;
}

/* ---- the call ---- */

/** ckpt_unpriv_allowed < 2 && !capable(CAP_SYS_ADMIN), which scenarios decide for the coordinator. */
export function is_not_permitted(current: number): boolean {
  return !world.capable && current === world.firstTask;
}

/** fget() of the image's file or the log's fails. */
export function is_bad_file(): boolean {
  return world.badFd || world.badLogfd;
}

/** The object for the one context of a run; kzalloc() has found the memory for it. */
export function new_ctx(): number {
  m[world.ctx + LIFE] = 1;
  return world.ctx;
}

/** The memory of the context is free. */
export function kfree_ctx(ctx: number): void {
  m[ctx + LIFE] = 2;
}

/** The root of the tree. A variant asks for it before it knows the context. */
export function tree_root(): number {
  return world.root;
}
