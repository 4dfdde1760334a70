/** The pids of the children that faults fork. */
import type { Complain } from '../complain.ts';
import { PID_MAX } from '../schema/values.ts';
import type { Path } from '../source/raw.ts';
import type { FaultScope } from './faults.ts';

/** The children of a fault, as the file has them. */
export interface Forking {
  readonly child?: number | null | undefined;
  readonly times?: number | null | undefined;
}

export class FaultChildren {
  readonly #scope: FaultScope;
  readonly #complain: Complain;
  readonly #taken = new Set<number>();
  /** Pids that the file gives to children of any fault. */
  readonly #reserved = new Set<number>();
  /** The pids of the image, and the first pid that may be free: computed when they are needed. */
  #named: ReadonlySet<number> | undefined;
  #next: number | undefined;

  constructor(scope: FaultScope, faults: readonly (Forking | null)[], complain: Complain) {
    this.#scope = scope;
    this.#complain = complain;
    for (const fault of faults) {
      const child = fault?.child ?? undefined;
      for (let i = 0; child !== undefined && i < (fault?.times ?? 1); i++) this.#reserved.add(child + i);
    }
  }

  /** The pid of the first of `times` children, which have it and the next ones; complains when one of them is taken. */
  take(given: number | undefined, times: number, path: Path): number {
    const first = given ?? this.#free(times);
    for (let pid = first; pid < first + times; pid++) {
      if (!this.#isTaken(pid) && pid <= PID_MAX) continue;
      const message = pid > PID_MAX ? `there is no pid ${pid}` : `the pid ${pid} is taken`;
      this.#complain({ path, message, expected: 'a free pid' });
      break;
    }
    for (let pid = first; pid < first + times; pid++) this.#taken.add(pid);
    return first;
  }

  #isTaken(pid: number): boolean {
    const { tree, restart } = this.#scope;
    return tree.task(pid) !== undefined || pid === restart.coordinatorPid || this.#taken.has(pid);
  }

  /** The first free pids above the tree, none of which the image names: that would give a bogus pid a task. */
  #free(times: number): number {
    const { tree, image } = this.#scope;
    this.#named ??= new Set(image.pids);
    this.#next ??= tree.tasks.reduce((most, task) => Math.max(most, task.pid), 0) + 1;
    let first = this.#next + times > PID_MAX ? 2 : this.#next;
    for (let pid = first; pid < first + times; pid++) {
      if (this.#isTaken(pid) || this.#reserved.has(pid) || this.#named.has(pid)) first = pid + 1;
    }
    this.#next = first + times;
    return first;
  }
}
