/** include/linux/err.h and BUG_ON(): a pointer below 0 is an errno. */
import { BUG, oops } from './memory.ts';

export function IS_ERR(ptr: number): boolean {
  return ptr < 0;
}

export function PTR_ERR(ptr: number): number {
  return ptr;
}

export function ERR_PTR(error: number): number {
  return error;
}

/** BUG_ON() */
export function BUG_ON(condition: number | boolean): void {
  if (condition) oops(BUG);
}
