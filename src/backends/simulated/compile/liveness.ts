/** Which locals live across which preemption point, and their places in the task's frame. */
import { type Block, type End, type Program, successors } from './ir.ts';

export interface Frames {
  /** By yield (pc): the locals that are needed after it, or for looking at what it touches. */
  readonly liveAt: ReadonlyMap<number, ReadonlySet<string>>;
  /** The word of the frame that a local has, from 0. */
  readonly slotOf: ReadonlyMap<string, number>;
  readonly slots: number;
  /** The word of a task at which its frame begins. */
  readonly first: number;
}

/** The blocks that can be reached, in a stable order. */
export function reachable(program: Program): Block[] {
  const seen = new Set<Block>();
  const stack = [program.entry];
  for (let block = stack.pop(); block; block = stack.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    stack.push(...successors(block));
  }
  return program.blocks.filter((block) => seen.has(block));
}

/** Sets of locals as bits: those that live at the begin of each block. */
class Liveness {
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly width: number;
  /** By block: used before it is set, set, live at the begin; `width` words each. */
  private readonly used: Int32Array;
  private readonly set: Int32Array;
  private readonly live: Int32Array;
  private readonly places: ReadonlyMap<Block, number>;

  /** Backward data flow until nothing changes. */
  constructor(blocks: readonly Block[]) {
    for (const { statements, end } of blocks) {
      for (const { uses, sets } of statements) {
        for (const name of uses) this.number(name);
        if (sets !== undefined) this.number(sets);
      }
      for (const name of collectUses(end)) this.number(name);
    }
    this.width = Math.ceil(this.names.length / 32);
    this.used = new Int32Array(blocks.length * this.width);
    this.set = this.used.slice();
    this.places = new Map(blocks.map((block, i) => [block, i * this.width]));
    for (const block of blocks) this.look(block);
    this.live = this.used.slice();
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = blocks.length - 1; i >= 0; i--) if (this.flow(blocks[i]!)) changed = true;
    }
  }

  private number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** What the block uses and sets. */
  private look(block: Block): void {
    const { used, set } = this;
    const at = this.places.get(block)!;
    const use = (name: string): void => {
      const number = this.number(name);
      const word = at + (number >> 5);
      used[word]! |= (1 << number) & ~set[word]!;
    };
    for (const { uses, sets } of block.statements) {
      uses.forEach(use);
      if (sets === undefined) continue;
      const number = this.number(sets);
      set[at + (number >> 5)]! |= 1 << number;
    }
    collectUses(block.end).forEach(use);
  }

  /** From the successors; whether anything is new. */
  private flow(block: Block): boolean {
    const { live, set, width } = this;
    const at = this.places.get(block)!;
    let isNew = false;
    for (const next of successors(block)) {
      const from = this.places.get(next)!;
      for (let i = 0; i < width; i++) {
        const more = live[from + i]! & ~set[at + i]! & ~live[at + i]!;
        if (more === 0) continue;
        live[at + i]! |= more;
        isNew = true;
      }
    }
    return isNew;
  }

  /** The locals that are needed once the block is done. */
  after(block: Block): Set<string> {
    const names = new Set<string>();
    for (const next of successors(block)) {
      const at = this.places.get(next)!;
      for (let i = 0; i < this.width; i++) {
        for (let bits = this.live[at + i]!; bits !== 0; bits &= bits - 1) {
          names.add(this.names[i * 32 + 31 - Math.clz32(bits & -bits)]!);
        }
      }
    }
    return names;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The locals that the end of a block looks at. */
function collectUses(end: End): ReadonlySet<string> {
  if (end.kind === 'branch') return end.condition.uses;
  return end.kind === 'yield' ? end.point.at.uses : NONE;
}

/** Greedy colouring: two locals that live together have two places. `first`: the word of a task at which its frame begins. */
export function placeLocals(program: Program, first: number): Frames {
  const blocks = reachable(program);
  const liveness = new Liveness(blocks);
  const liveAt = new Map<number, Set<string>>();
  const apart = new Map<string, Set<string>>();
  for (const block of blocks) {
    if (block.end.kind !== 'yield') continue;
    const live = liveness.after(block);
    for (const name of block.end.point.at.uses) live.add(name);
    liveAt.set(block.end.pc, live);
    for (const name of live) {
      const others = apart.get(name) ?? new Set();
      for (const other of live) if (other !== name) others.add(other);
      apart.set(name, others);
    }
  }
  const slotOf = new Map<string, number>();
  let slots = 0;
  for (const [name, others] of apart) {
    const taken = new Set([...others].map((other) => slotOf.get(other)));
    let slot = 0;
    while (taken.has(slot)) slot++;
    slotOf.set(name, slot);
    slots = Math.max(slots, slot + 1);
  }
  return { liveAt, slotOf, slots, first };
}
