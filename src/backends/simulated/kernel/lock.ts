/** Locks. A task that wants one that is held cannot move. The release belongs to the step before it: no other task can observe the difference. */
import { ACQUIRE, ACQUIRE_READ, type Steps, touch } from './access.ts';
import { ALLOC_LOCK, NULL, TASKLIST_LOCK } from './layout.ts';
import { m } from './memory.ts';

/** spin_lock() of the lock in this field of an object. */
export function* spin_lock(at: number, field: number): Steps {
  yield touch(at, field, ACQUIRE);
  m[at + field] = 1;
}

export function spin_unlock(at: number, field: number): void {
  m[at + field] = 0;
}

/** mutex_lock() of the mutex in this field of an object. */
export function* mutex_lock(at: number, field: number): Steps {
  yield touch(at, field, ACQUIRE);
  m[at + field] = 1;
}

export function mutex_unlock(at: number, field: number): void {
  m[at + field] = 0;
}

/** task_lock() */
export function* task_lock(task: number): Steps {
  yield* spin_lock(task, ALLOC_LOCK);
}

export function task_unlock(task: number): void {
  m[task + ALLOC_LOCK] = 0;
}

/** read_lock(&tasklist_lock) */
export function* read_lock_tasklist(): Steps {
  yield touch(NULL, TASKLIST_LOCK, ACQUIRE_READ);
  m[TASKLIST_LOCK]!++;
}

export function read_unlock_tasklist(): void {
  m[TASKLIST_LOCK]!--;
}

/** write_lock_irq(&tasklist_lock) */
export function* write_lock_tasklist(): Steps {
  yield touch(NULL, TASKLIST_LOCK, ACQUIRE);
  m[TASKLIST_LOCK] = -1;
}

export function write_unlock_tasklist(): void {
  m[TASKLIST_LOCK] = 0;
}
