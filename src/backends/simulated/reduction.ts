/** Which steps may be taken alone, without trying the others first. Grown from what each step touches; see docs/exploration.md. */
import type { Compiled } from './compile/compile.ts';
import type { Event } from './faults.ts';
import type { World } from './kernel/world.ts';

export class Reduction {
  constructor(_compiled: Compiled, _world: World) {}

  alone(_m: Int32Array, _task: number, _events: readonly Event[]): boolean {
    return false;
  }
}
