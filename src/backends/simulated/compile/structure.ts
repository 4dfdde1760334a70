/**
 * One step's blocks as structured JavaScript: nested ifs, labelled blocks where ways meet, labelled loops. Ramsey, "Beyond
 * Relooper" (ICFP 2022): a block is written inside of its dominator, and where ways meet right behind it.
 */
import { type Block, successors } from './ir.ts';

/** How the parts of a block are written. */
export interface BlockWriter {
  /** The block's statements. */
  readonly statements: (block: Block) => string;
  readonly condition: (block: Block) => string;
  /** Leaves the step: the block ends in a preemption point, or the program does. */
  readonly leave: (block: Block) => string;
}

/** A step ends where the next one begins. */
function nextWithin(block: Block): Block[] {
  return block.end.kind === 'yield' ? [] : successors(block);
}

/** The source of the step that begins with `start`; undefined when a loop can be entered at two places. */
export function structured(start: Block, writer: BlockWriter): string | undefined {
  return new Structure(start, writer).source();
}

class Structure {
  private readonly start: Block;
  private readonly writer: BlockWriter;
  /** Reverse postorder, and each block's place in it. */
  private readonly order: Block[] = [];
  private readonly place = new Map<Block, number>();
  private readonly before = new Map<Block, Block[]>();
  private readonly dominator = new Map<Block, Block>();

  constructor(start: Block, writer: BlockWriter) {
    this.start = start;
    this.writer = writer;
    this.number(start);
    this.findDominators();
  }

  source(): string | undefined {
    for (const block of this.order) {
      for (const from of this.before.get(block)!) {
        if (this.isBack(from, block) && !this.dominates(block, from)) return undefined;
      }
    }
    return this.tree(this.start);
  }

  private number(start: Block): void {
    const seen = new Set<Block>();
    const visit = (block: Block): void => {
      seen.add(block);
      this.before.set(block, []);
      for (const next of nextWithin(block)) if (!seen.has(next)) visit(next);
      this.order.unshift(block);
    };
    visit(start);
    this.order.forEach((block, i) => {
      this.place.set(block, i);
    });
    for (const block of this.order) for (const next of nextWithin(block)) this.before.get(next)!.push(block);
  }

  /** Cooper, Harvey, Kennedy: intersect until nothing changes. */
  private findDominators(): void {
    const { dominator, place } = this;
    dominator.set(this.start, this.start);
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of this.order) {
        if (block === this.start) continue;
        const known = this.before.get(block)!.filter((from) => dominator.has(from));
        const meet = known.reduce((a, b) => {
          while (a !== b) {
            if (place.get(a)! > place.get(b)!) a = dominator.get(a)!;
            else b = dominator.get(b)!;
          }
          return a;
        });
        if (dominator.get(block) === meet) continue;
        dominator.set(block, meet);
        changed = true;
      }
    }
  }

  private dominates(a: Block, b: Block): boolean {
    while (b !== a && b !== this.start) b = this.dominator.get(b)!;
    return b === a;
  }

  private isBack(from: Block, to: Block): boolean {
    return this.place.get(to)! <= this.place.get(from)!;
  }

  /** Whether forward edges meet here. */
  private isMeeting(block: Block): boolean {
    return this.before.get(block)!.filter((from) => !this.isBack(from, block)).length > 1;
  }

  private tree(block: Block): string {
    const meetings = this.order.filter(
      (other) => other !== block && this.dominator.get(other) === block && this.isMeeting(other),
    );
    const body = this.within(block, meetings.reverse());
    const isLoop = this.before.get(block)!.some((from) => this.isBack(from, block));
    return isLoop ? `L${block.id}: for (;;) {\n${body}}\n` : body;
  }

  /** The block, with the meetings that it dominates behind it; the last of them is outermost. */
  private within(block: Block, meetings: readonly Block[]): string {
    const [last, ...others] = meetings;
    if (last) return `B${last.id}: {\n${this.within(block, others)}}\n${this.tree(last)}`;
    const statements = this.writer.statements(block);
    const { end } = block;
    if (end.kind === 'goto') return statements + this.go(block, end.to);
    if (end.kind !== 'branch') return statements + this.writer.leave(block);
    const condition = this.writer.condition(block);
    return `${statements}if (${condition}) {\n${this.go(block, end.yes)}} else {\n${this.go(block, end.no)}}\n`;
  }

  private go(from: Block, to: Block): string {
    if (this.isBack(from, to)) return `continue L${to.id};\n`;
    return this.isMeeting(to) ? `break B${to.id};\n` : this.tree(to);
  }
}
