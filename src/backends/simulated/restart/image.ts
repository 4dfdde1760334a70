/** The image as the coordinator reads it: header, container, tree, tail (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import { SIZEOF_CKPT_PIDS } from '../../../model/case.ts';
import type { Steps } from '../kernel/access.ts';
import { NR_PIDS, PIDS_ARR, PIDS_READ } from '../kernel/layout.ts';
import { m, world } from '../kernel/memory.ts';
import { kmalloc } from '../kernel/slab.ts';
import { OBJ_CONTAINER, OBJ_HEADER, OBJ_PIDS, OBJ_TAIL, OBJ_TREE } from '../kernel/world.ts';
import { EINVAL, ENOMEM } from './errno.ts';
import { ckptKread, ckptReadObjType } from './sys.ts';
import { variant } from './variant.ts';

export { SIZEOF_CKPT_PIDS };

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

/** sizeof(*ctx->pids_arr) * nr_pids, as the kernel's int: it wraps. */
export function sizeOfPidsArr(nrPids: number): number {
  return Math.imul(SIZEOF_CKPT_PIDS, nrPids);
}

/** (hardened: pidsAreRead) Whether that many pids take more bytes than an int can say. */
export function sizeWraps(nrPids: number): boolean {
  return sizeOfPidsArr(nrPids) !== SIZEOF_CKPT_PIDS * nrPids;
}

/** The length in the image must be the one that is asked for. */
export function isLengthOfPids(bytes: number): boolean {
  return bytes === world.pidsBytes;
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

  if (!variant.pidsAreRead) m[ctx + NR_PIDS] = world.nrSaved;
  const size = sizeOfPidsArr(world.nrSaved);
  if (size <= 0) return -EINVAL; /* overflow ? */
  if (variant.pidsAreRead && sizeWraps(world.nrSaved)) return -EINVAL;

  if (!(yield* kmalloc(current, size))) return -ENOMEM;
  m[ctx + PIDS_ARR] = size;
  const buffer = yield* ckptKread(current, ctx);
  if (buffer < 0) return buffer;
  if (world.objects[buffer] !== OBJ_PIDS || !isLengthOfPids(size)) return -EINVAL;
  m[ctx + PIDS_READ] = size;
  if (variant.pidsAreDistinct && namesTwice()) return -EINVAL;
  if (variant.pidsAreRead) m[ctx + NR_PIDS] = world.nrSaved;
  return 0;
}
