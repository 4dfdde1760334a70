/** Which locals live across which preemption point, and their places in the task's frame. */
import { type Block, type Program, successors } from './ir.ts';

export interface Frames {
  /** By yield (pc): the locals that are needed after it, or for looking at what it touches. */
  readonly liveAt: ReadonlyMap<number, ReadonlySet<string>>;
  /** The word of the frame that a local has, from 0. */
  readonly slotOf: ReadonlyMap<string, number>;
  readonly slots: number;
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

function liveIn(block: Block, out: ReadonlySet<string>): Set<string> {
  const live = new Set(out);
  if (block.end.kind === 'branch') for (const name of block.end.condition.uses) live.add(name);
  if (block.end.kind === 'yield') for (const name of block.end.point.at.uses) live.add(name);
  for (let i = block.statements.length - 1; i >= 0; i--) {
    const statement = block.statements[i]!;
    if (statement.sets !== undefined) live.delete(statement.sets);
    for (const name of statement.uses) live.add(name);
  }
  return live;
}

/** Backward data flow until nothing changes, then greedy colouring: two locals that live together have two places. */
export function placeLocals(program: Program): Frames {
  const blocks = reachable(program);
  const liveAtStart = new Map<Block, Set<string>>(blocks.map((block) => [block, new Set()]));
  const outOf = (block: Block): Set<string> => {
    const out = new Set<string>();
    for (const next of successors(block)) for (const name of liveAtStart.get(next)!) out.add(name);
    return out;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const live = liveIn(blocks[i]!, outOf(blocks[i]!));
      if (live.size !== liveAtStart.get(blocks[i]!)!.size) {
        liveAtStart.set(blocks[i]!, live);
        changed = true;
      }
    }
  }

  const liveAt = new Map<number, Set<string>>();
  const apart = new Map<string, Set<string>>();
  for (const block of blocks) {
    if (block.end.kind !== 'yield') continue;
    const live = outOf(block);
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
  return { liveAt, slotOf, slots };
}
