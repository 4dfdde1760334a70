/** Locks. Who wants one that is held can't move. Letting go belongs to the step before it: nobody could tell. */
import { ACQUIRE, ACQUIRE_READ, type Steps, touch } from './access.ts';
import { ALLOC_LOCK, NULL, TASKLIST_LOCK } from './layout.ts';
import { m } from './memory.ts';

/** A spinlock or mutex in the word `field` of an object. */
export function* lock(at: number, field: number): Steps {
  yield touch(at, field, ACQUIRE);
  m[at + field] = 1;
}

export function unlock(at: number, field: number): void {
  m[at + field] = 0;
}

/** task_lock(): protects ->checkpoint_ctx among other things. */
export function* taskLock(task: number): Steps {
  yield* lock(task, ALLOC_LOCK);
}

export function taskUnlock(task: number): void {
  m[task + ALLOC_LOCK] = 0;
}

/** read_lock(&tasklist_lock) */
export function* readLockTasklist(): Steps {
  yield touch(NULL, TASKLIST_LOCK, ACQUIRE_READ);
  m[TASKLIST_LOCK]!++;
}

export function readUnlockTasklist(): void {
  m[TASKLIST_LOCK]!--;
}

/** write_lock_irq(&tasklist_lock) */
export function* writeLockTasklist(): Steps {
  yield touch(NULL, TASKLIST_LOCK, ACQUIRE);
  m[TASKLIST_LOCK] = -1;
}

export function writeUnlockTasklist(): void {
  m[TASKLIST_LOCK] = 0;
}
