/** What a function of a protocol file is translated with: its names, what it reads, and the whole file around it. */
import type { Node } from 'acorn';
import type { FileFunction, Module } from './module.ts';
import type { ProtocolMistake, Reads, Site } from './protocol.ts';
import { Refusal } from './syntax.ts';

/** What the translation of a file gathers. */
export interface Gathered {
  readonly module: Module;
  readonly sites: Site[];
  readonly stages: string[];
  readonly calls: string[];
  readonly steps: Map<string, string>;
  readonly plain: Map<string, string>;
  /** By function of `plain`: what it reads itself, and which functions it calls. */
  readonly direct: Map<string, DirectReads>;
  readonly mistakes: ProtocolMistake[];
}

/** What a function reads itself, and the functions without steps that it calls, by the names of `plain`. */
export interface DirectReads {
  readonly any: Set<number>;
  readonly own: Set<number>;
  life: boolean;
  readonly calls: Set<string>;
}

interface Local {
  /** Its name in the translation, which no other has. */
  readonly name: string;
  readonly isConstant: boolean;
}

/** The function that is being translated. */
export class FunctionScope {
  readonly gathered: Gathered;
  /** Its name in the file, which its steps are named after. */
  readonly name: string;
  readonly isSteps: boolean;
  reads: DirectReads = { any: new Set(), own: new Set(), life: false, calls: new Set() };
  /** The functions with steps that it calls, with the place of the first call. */
  readonly delegates = new Map<FileFunction, Node>();
  private readonly times = new Map<FileFunction, number>();
  /** The functions without steps that it calls. */
  readonly calls = new Map<FileFunction, Node>();
  /** Steps that stand in it. */
  ownSites = 0;
  /** Locals that a condition of `wait` names; set while one is translated. */
  captured: Set<string> | undefined;
  private readonly blocks: Map<string, Local>[] = [new Map()];
  private made = 0;

  constructor(gathered: Gathered, name: string, isSteps: boolean) {
    this.gathered = gathered;
    this.name = name;
    this.isSteps = isSteps;
  }

  /** Notes a call of a function with steps. */
  delegate(target: FileFunction, at: Node): void {
    if (!this.delegates.has(target)) this.delegates.set(target, at);
    this.times.set(target, this.timesCalled(target) + 1);
  }

  /** How often it calls a function with steps. */
  timesCalled(target: FileFunction): number {
    return this.times.get(target) ?? 0;
  }

  /** Translates something with locals of its own. */
  within<T>(body: () => T): T {
    this.blocks.push(new Map());
    try {
      return body();
    } finally {
      this.blocks.pop();
    }
  }

  /** Translates a condition of `wait`, which is a function of its own: `reads` and `captured` receive what it reads, and which locals. */
  inCondition<T>(reads: DirectReads, captured: Set<string>, body: () => T): T {
    const outer = this.reads;
    this.reads = reads;
    this.captured = captured;
    try {
      return body();
    } finally {
      this.reads = outer;
      this.captured = undefined;
    }
  }

  declare(name: string, at: Node, isConstant: boolean): string {
    const block = this.blocks.at(-1)!;
    if (block.has(name)) throw new Refusal(at, `${name} is declared twice`);
    const local: Local = { name: `v${this.made++}`, isConstant };
    block.set(name, local);
    return local.name;
  }

  local(name: string): Local | undefined {
    for (let i = this.blocks.length - 1; i >= 0; i--) {
      const local = this.blocks[i]!.get(name);
      if (local) return local;
    }
    return undefined;
  }

  /** The names that could have been meant. */
  get names(): string[] {
    return [...this.blocks.flatMap((block) => [...block.keys()]), ...this.gathered.module.globals.keys()];
  }
}

/** What each function reads with all that it calls. */
export function closeReads(direct: ReadonlyMap<string, DirectReads>): Map<string, Reads> {
  const closed = new Map<string, Reads>();
  for (const name of direct.keys()) {
    const reads = { any: new Set<number>(), own: new Set<number>(), life: false };
    const seen = new Set<string>();
    for (const open = [name]; open.length > 0; ) {
      const one = open.pop()!;
      const its = direct.get(one);
      if (seen.has(one) || !its) continue;
      seen.add(one);
      for (const word of its.any) reads.any.add(word);
      for (const word of its.own) reads.own.add(word);
      reads.life ||= its.life;
      open.push(...its.calls);
    }
    closed.set(name, reads);
  }
  return closed;
}
