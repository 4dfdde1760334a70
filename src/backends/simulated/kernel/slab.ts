/** Allocation that can fail, and the calls that a scenario makes fail. */
import { EFFECT, type Steps, touch } from './access.ts';
import { NULL, SLAB } from './layout.ts';
import { m, note, world } from './memory.ts';
import { ARMED, CALLS, FAIL_KMALLOC, FAULT_WORDS, FIRED, type WorldFault } from './world.ts';

/** Whether the fault has used up its number of times; one that waits is armed first, and then counts its calls. */
export function is_spent(fault: WorldFault, words: number): boolean {
  if (fault.waits) return m[words + CALLS]! < 0;
  return m[words + FIRED]! >= fault.times && m[words + ARMED] === 0;
}

/** The positive errno that a scenario wants this call of `current` to fail with; 0: none. Counts the call. */
export function failure(current: number, kind: number): number {
  const faults = world.failures[kind]!;
  for (let i = 0; i < faults.length; i++) {
    const fault = world.faults[faults[i]!]!;
    const words = world.firstFault + faults[i]! * FAULT_WORDS;
    if (is_spent(fault, words)) continue;
    if (fault.targets.length > 0 && !fault.targets.includes(current)) continue;
    if (fault.waits && m[words + ARMED] === 0) continue;
    if (fault.call > 0) {
      if (++m[words + CALLS]! < fault.call) continue;
      if (!fault.waits) m[words + FIRED]!++;
      else if (m[words + CALLS]! === fault.call + fault.times - 1) m[words + CALLS] = -1;
    } else {
      if (m[words + ARMED] === 0) continue;
      m[words + ARMED]!--;
    }
    note('call-failed', current, kind, -fault.errno);
    return fault.errno;
  }
  return 0;
}

/** KMALLOC_MAX_SIZE: the largest allocation on x86, 4 MiB. */
export const KMALLOC_MAX_SIZE = 4_194_304;
const ENOMEM = 12;

/** kmalloc() of `size` bytes: false without memory, or above KMALLOC_MAX_SIZE. */
export function* kmalloc(current: number, size: number): Steps<boolean> {
  yield touch(NULL, SLAB, EFFECT);
  if (failure(current, FAIL_KMALLOC) > 0) return false;
  if (size <= KMALLOC_MAX_SIZE) return true;
  note('call-failed', current, FAIL_KMALLOC, -ENOMEM);
  return false;
}
