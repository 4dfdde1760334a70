/** The image as the coordinator reads it: header, container, tree, tail (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import type { Steps } from '../kernel/access.ts';
import { NR_PIDS, PIDS_ARR } from '../kernel/layout.ts';
import { m, world } from '../kernel/memory.ts';
import { kmalloc } from '../kernel/slab.ts';
import { OBJ_CONTAINER, OBJ_HEADER, OBJ_PIDS, OBJ_TAIL, OBJ_TREE } from '../kernel/world.ts';
import { EINVAL, ENOMEM } from './errno.ts';
import { ckptKread, ckptReadObjType } from './sys.ts';
import { variant } from './variant.ts';

/** restore_read_header() */
export function* restoreReadHeader(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_HEADER);
  if (h < 0) return h;
  return 0;
}

/** restore_container() */
export function* restoreContainer(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_CONTAINER);
  if (h < 0) return h;
  return 0;
}

/** restore_read_tail() */
export function* restoreReadTail(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_TAIL);
  if (h < 0) return h;
  return 0;
}

/** sizeof(*ctx->pids_arr) * nr_pids, as the kernel's int; a struct ckpt_pids has five ids. */
export function sizeOfPidsArr(nrPids: number): number {
  return Math.imul(20, nrPids);
}

/** The buffer read must be as long as the count says. */
export function isLengthOfPids(nrPids: number): boolean {
  return nrPids === world.pids.length;
}

/** (hardened: pidsAreDistinct) Whether the image names a pid twice. */
export function namesTwice(): boolean {
  return new Set(world.pids).size !== world.pids.length;
}

/** restore_read_tree() */
export function* restoreReadTree(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_TREE);
  if (h < 0) return h;
  if (world.nrSaved <= 0) return -EINVAL;

  m[ctx + NR_PIDS] = world.nrSaved;
  if (sizeOfPidsArr(world.nrSaved) <= 0) return -EINVAL; /* overflow ? */

  if (!(yield* kmalloc(current))) return -ENOMEM;
  m[ctx + PIDS_ARR] = 1;
  const buffer = yield* ckptKread(current, ctx);
  if (buffer < 0) return buffer;
  if (world.objects[buffer] !== OBJ_PIDS || !isLengthOfPids(world.nrSaved)) return -EINVAL;
  if (variant.pidsAreDistinct && namesTwice()) return -EINVAL;
  return 0;
}
