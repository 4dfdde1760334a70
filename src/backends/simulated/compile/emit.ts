/** From basic blocks to JavaScript: one small function for each step, from a preemption point to the next. */
import { type Block, type Program, successors } from './ir.ts';
import { type Frames, reachable } from './liveness.ts';
import { structured } from './structure.ts';

/** A block that many ways lead to is written out again for each, until a step has this many; then it gets a switch. */
const MOST_COPIES = 24;

interface Step {
  readonly pc: number;
  readonly start: Block;
  /** Locals that live at its begin. */
  readonly from: ReadonlySet<string>;
}

/** The source of `[step0, step1, …]`: step i goes on from preemption point i; step 0 from the start. */
export function emitSteps(program: Program, frames: Frames): string {
  const steps: Step[] = [{ pc: 0, start: program.entry, from: new Set() }];
  for (const block of reachable(program)) {
    if (block.end.kind === 'yield') {
      steps.push({ pc: block.end.pc, start: block.end.to, from: frames.liveAt.get(block.end.pc)! });
    }
  }
  const highest = Math.max(...steps.map((step) => step.pc));
  const sources: string[] = new Array(highest + 1).fill('undefined');
  for (const step of steps) sources[step.pc] = new Emitter(step, frames).source();
  return `[\n${sources.join(',\n')}\n]`;
}

/** The source of `[undefined, at1, at2, …]`: the object that the step from preemption point i is about to touch. */
export function emitTouches(program: Program, frames: Frames): string {
  const sources: string[] = ['undefined'];
  for (const block of reachable(program)) {
    if (block.end.kind !== 'yield') continue;
    const { point, pc } = block.end;
    let text = point.at.text;
    for (const name of point.at.uses)
      text = replaceName(text, name, `m[current + ${frames.first + frames.slotOf.get(name)!}]`);
    sources[pc] = `function touch${pc}(m, world, current) { return ${text}; }`;
  }
  return `[\n${Array.from(sources, (s) => s ?? 'undefined').join(',\n')}\n]`;
}

/** A local's name may be the beginning of another's: `p$1`, `p$12`. */
function replaceName(text: string, name: string, by: string): string {
  return text.replace(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'), () => by);
}

class Emitter {
  private readonly locals = new Set<string>();
  private readonly assigned = new Set<string>();
  private setInStep: ReadonlySet<string> | undefined;

  private readonly step: Step;
  private readonly frames: Frames;

  constructor(step: Step, frames: Frames) {
    this.step = step;
    this.frames = frames;
  }

  source(): string {
    const body = this.asTree() ?? this.asStructure() ?? this.asSwitch();
    const loads: string[] = [];
    const plain: string[] = [];
    for (const name of this.locals) {
      if (this.step.from.has(name)) loads.push(`${name} = m[current + ${this.word(name)}]`);
      else plain.push(name);
    }
    const declared = [...loads, ...plain];
    const locals = declared.length > 0 ? `let ${declared.join(', ')};\n` : '';
    return `function step${this.step.pc}(m, world, current) {\n${locals}${body}}`;
  }

  private word(name: string): number {
    return this.frames.first + this.frames.slotOf.get(name)!;
  }

  /** Straight code and nested ifs; undefined when the step has a loop, or would become too long. */
  private asTree(): string | undefined {
    let copies = 0;
    const write = (block: Block, path: readonly Block[]): string | undefined => {
      if (path.includes(block) || ++copies > MOST_COPIES) return undefined;
      const here = [...path, block];
      const statements = this.statements(block);
      const { end } = block;
      if (end.kind === 'goto') {
        const rest = write(end.to, here);
        return rest === undefined ? undefined : statements + rest;
      }
      if (end.kind !== 'branch') return statements + this.end(block);
      const yes = write(end.yes, here);
      const no = write(end.no, here);
      if (yes === undefined || no === undefined) return undefined;
      return `${statements}if (${this.condition(block)}) {\n${yes}} else {\n${no}}\n`;
    };
    return write(this.step.start, []);
  }

  private asStructure(): string | undefined {
    return structured(this.step.start, {
      statements: (block) => this.statements(block),
      condition: (block) => this.condition(block),
      leave: (block) => this.end(block),
    });
  }

  /** A loop around a switch over the blocks. */
  private asSwitch(): string {
    const blocks: Block[] = [];
    const stack = [this.step.start];
    for (let block = stack.pop(); block; block = stack.pop()) {
      if (blocks.includes(block)) continue;
      blocks.push(block);
      if (block.end.kind !== 'yield') stack.push(...successors(block));
    }
    const cases = blocks.map((block) => {
      const { end } = block;
      let tail: string;
      if (end.kind === 'goto') tail = `b = ${end.to.id}; continue;\n`;
      else if (end.kind === 'branch') {
        tail = `b = (${this.condition(block)}) ? ${end.yes.id} : ${end.no.id}; continue;\n`;
      } else tail = this.end(block);
      return `case ${block.id}: {\n${this.statements(block)}${tail}}\n`;
    });
    return `let b = ${this.step.start.id};\nfor (;;) switch (b) {\n${cases.join('')}}\n`;
  }

  private condition(block: Block): string {
    if (block.end.kind !== 'branch') throw new Error(`block ${block.id} does not branch`);
    this.use(block.end.condition.uses);
    return block.end.condition.text;
  }

  private use(names: ReadonlySet<string>): void {
    for (const name of names) this.locals.add(name);
  }

  private statements(block: Block): string {
    let text = '';
    for (const statement of block.statements) {
      this.use(statement.uses);
      if (statement.sets !== undefined) {
        this.locals.add(statement.sets);
        this.assigned.add(statement.sets);
      }
      text += `${statement.text};\n`;
    }
    return text;
  }

  /** Saves the live locals in the frame, clears the others, and sets where to continue. */
  private end(block: Block): string {
    const { end } = block;
    const target = end.kind === 'yield' ? this.frames.liveAt.get(end.pc)! : new Set<string>();
    const kept = new Set<number>();
    let text = '';
    for (const name of target) {
      kept.add(this.frames.slotOf.get(name)!);
      if (!this.step.from.has(name) || this.mayBeAssigned(name)) {
        this.locals.add(name);
        text += `m[current + ${this.word(name)}] = ${name};\n`;
      }
    }
    for (const name of this.step.from) {
      const slot = this.frames.slotOf.get(name)!;
      if (kept.has(slot)) continue;
      kept.add(slot);
      text += `m[current + ${this.frames.first + slot}] = 0;\n`;
    }
    const pc = end.kind === 'yield' ? end.pc : 0;
    return `${text}m[current] = ${pc};\nreturn;\n`;
  }

  /** Whether some block of this step sets the local. */
  private mayBeAssigned(name: string): boolean {
    if (this.assigned.has(name)) return true;
    this.setInStep ??= setFrom(this.step.start);
    return this.setInStep.has(name);
  }
}

/** The locals that are set in the blocks of a step. */
function setFrom(start: Block): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Block>([start]);
  for (const block of seen) {
    for (const { sets } of block.statements) if (sets !== undefined) names.add(sets);
    if (block.end.kind !== 'yield') for (const next of successors(block)) seen.add(next);
  }
  return names;
}
