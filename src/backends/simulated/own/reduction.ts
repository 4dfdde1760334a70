/**
 * Which steps of a protocol of one's own may be taken alone: those that no other process, from where it stands, can disable, and of which
 * none can observe the difference. Derived from what the source of each step touches; docs/writing-a-protocol.md argues for it,
 * and a test compares reduced and full searches.
 */
import type { OwnProtocol } from '../../../protocol/own/protocol.ts';
import type { Build } from './build.ts';
import type { OwnFaults, Processes } from './faults.ts';
import { type Footprint, LIFE_WORD } from './footprint.ts';
import { DUE, LIFE, PC, RUNNING, STOPPED } from './layout.ts';

/** What a process may still touch: the union of footprints. */
interface Future {
  readonly readsAny: Set<number>;
  readonly readsOwn: Set<number>;
  readonly writesAny: Set<number>;
  readonly writesOwn: Set<number>;
  kills: boolean;
}

export class OwnReduction {
  private readonly build: Build;
  private readonly faults: OwnFaults;
  /** By pc: whether its step is ever taken alone. */
  private readonly ever: readonly boolean[];
  private readonly futures: readonly Future[];
  /** By pc of a step, then of another process: 1 where they are independent, 2 where not. */
  private readonly table: Uint8Array;

  constructor(build: Build, faults: OwnFaults) {
    this.build = build;
    this.faults = faults;
    const watched = watchedWords(build.protocol);
    this.ever = build.footprints.map((footprint, pc) => pc > 0 && this.isEver(footprint, pc, watched));
    this.futures = futuresOf(build);
    this.table = new Uint8Array(build.footprints.length ** 2);
  }

  /**
   * A step that may go back is never alone: every cycle of states has one, so that none is passed without looking at what the
   * others can do. Nor is one that a property which always holds can see, or that kills.
   */
  private isEver({ writesAny, writesOwn, kills }: Footprint, pc: number, watched: ReadonlySet<number>): boolean {
    if (kills || this.build.next[pc]!.some((next) => next <= pc)) return false;
    return ![...writesAny, ...writesOwn].some((word) => watched.has(word));
  }

  /** The first process that may take its next step alone; -1: none. `canMove`: by its number. */
  first(on: Processes, canMove: (process: number) => boolean): number {
    const { state: m, world } = on;
    if (m[DUE] !== 0 || m[STOPPED] !== 0) return -1;
    for (let n = 0; n < world.nrTasks; n++) {
      const pc = m[world.firstTask + n * world.taskWords + PC]!;
      if (this.ever[pc] && canMove(n) && this.isAlone(on, n, pc)) return n;
    }
    return -1;
  }

  /** Whether the next step of a process that can move may be taken alone. */
  alone(on: Processes, process: number): boolean {
    const { state: m, world } = on;
    const pc = m[world.firstTask + process * world.taskWords + PC]!;
    return m[DUE] === 0 && this.ever[pc]! && this.isAlone(on, process, pc);
  }

  private isAlone({ state: m, world }: Processes, process: number, pc: number): boolean {
    const { faults } = this;
    const footprint = this.build.footprints[pc]!;
    if (faults.isTriggeredBy(process, footprint.stages)) return false;
    const looksAtLife = footprint.readsAny.has(LIFE_WORD);
    for (const event of faults.events) {
      const matters = event.target === process || (looksAtLife && faults.verbOf(event) === 'kill');
      if (matters && faults.canStillFire(m, event)) return false;
    }
    for (let n = 0; n < world.nrTasks; n++) {
      const at = world.firstTask + n * world.taskWords;
      if (n === process || m[at + LIFE] !== RUNNING) continue;
      if (!this.isIndependent(pc, m[at + PC]!)) return false;
    }
    return true;
  }

  private isIndependent(pc: number, other: number): boolean {
    const place = pc * this.build.footprints.length + other;
    let known = this.table[place]!;
    if (known === 0) {
      known = areIndependent(this.build.footprints[pc]!, this.futures[other]!) ? 1 : 2;
      this.table[place] = known;
    }
    return known === 1;
  }
}

function meet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const word of a) if (b.has(word)) return true;
  return false;
}

/** Whether nothing that the other process may still do conflicts with the step. Words of their own are different words. */
function areIndependent(step: Footprint, future: Future): boolean {
  if (future.kills) return false;
  const { readsAny, readsOwn, writesAny, writesOwn } = step;
  return !(
    meet(writesAny, future.readsAny) ||
    meet(writesAny, future.readsOwn) ||
    meet(writesAny, future.writesAny) ||
    meet(writesAny, future.writesOwn) ||
    meet(writesOwn, future.readsAny) ||
    meet(writesOwn, future.writesAny) ||
    meet(readsAny, future.writesAny) ||
    meet(readsAny, future.writesOwn) ||
    meet(readsOwn, future.writesAny)
  );
}

/** The words that properties read which must always hold. */
function watchedWords({ properties, reads }: OwnProtocol): Set<number> {
  const always = properties.filter(({ holds }) => holds === 'always').map(({ check }) => reads.get(check)!);
  return new Set(always.flatMap(({ any, own }) => [...any, ...own]));
}

/** By pc: what its step, and all that can follow, touch. */
function futuresOf({ footprints, next }: Build): Future[] {
  const futures = footprints.map((one, pc): Future => {
    // A process that has ended stands at 0.
    const from = pc === 0 ? undefined : one;
    return {
      readsAny: new Set(from?.readsAny),
      readsOwn: new Set(from?.readsOwn),
      writesAny: new Set(from?.writesAny),
      writesOwn: new Set(from?.writesOwn),
      kills: from?.kills ?? false,
    };
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = futures.length - 1; pc > 0; pc--) {
      for (const after of next[pc]!) if (include(futures[pc]!, futures[after]!)) changed = true;
    }
  }
  return futures;
}

/** Adds what another has; whether that was new. */
function include(one: Future, other: Future): boolean {
  let changed = other.kills && !one.kills;
  one.kills ||= other.kills;
  for (const key of ['readsAny', 'readsOwn', 'writesAny', 'writesOwn'] as const) {
    for (const word of other[key]) {
      if (one[key].has(word)) continue;
      one[key].add(word);
      changed = true;
    }
  }
  return changed;
}
