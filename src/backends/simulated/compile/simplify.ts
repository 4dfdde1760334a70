/** Fewer basic blocks for the same program: empty blocks are removed, a block with a single predecessor is merged into it. */
import { type Block, type Program, successors } from './ir.ts';

/** The program with the blocks that can be reached, in their order; the blocks given are changed. */
export function simplified({ entry, blocks }: Program): Program {
  for (const block of blocks) redirect(block, passOver);
  const start = passOver(entry);
  const waysIn = countWaysIn(start);
  for (const block of blocks) {
    if (!waysIn.has(block)) continue;
    while (block.end.kind === 'goto' && block.end.to !== block && waysIn.get(block.end.to) === 1) {
      const { to } = block.end;
      waysIn.delete(to);
      block.statements.push(...to.statements);
      block.end = to.end;
    }
  }
  return { entry: start, blocks: blocks.filter((block) => waysIn.has(block)) };
}

/** Where a jump to a block ends up: empty blocks are skipped, but never in a cycle. */
function passOver(block: Block): Block {
  const passed = new Set<Block>();
  while (block.statements.length === 0 && block.end.kind === 'goto' && !passed.has(block)) {
    passed.add(block);
    block = block.end.to;
  }
  return block;
}

function redirect({ end }: Block, to: (block: Block) => Block): void {
  if (end.kind === 'branch') {
    end.yes = to(end.yes);
    end.no = to(end.no);
  } else if (end.kind !== 'gone') end.to = to(end.to);
}

/** How many ways lead to each block that can be reached; the start has one more. */
function countWaysIn(start: Block): Map<Block, number> {
  const ways = new Map<Block, number>([[start, 2]]);
  const stack = [start];
  for (let block = stack.pop(); block; block = stack.pop()) {
    for (const next of successors(block)) {
      const before = ways.get(next) ?? 0;
      ways.set(next, before + 1);
      if (before === 0) stack.push(next);
    }
  }
  return ways;
}
