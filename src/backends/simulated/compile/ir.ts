/** The compiler's intermediate form: basic blocks of plain JavaScript, ended by jumps, branches and preemption points. */

/** A piece of JavaScript without a preemption point, and the locals that it reads. */
export interface Code {
  readonly text: string;
  readonly uses: ReadonlySet<string>;
}

export interface Statement extends Code {
  /** The local that it sets. */
  readonly sets?: string;
}

/** A preemption point: what its step touches, and its name. */
export interface Point {
  /** The object's pointer. */
  readonly at: Code;
  /** The field by its name in layout.ts. */
  readonly field: string;
  readonly fieldOffset: number;
  /** READ, WRITE, ACQUIRE … of access.ts. */
  readonly mode: number;
  /** `function: access FIELD` */
  readonly label: string;
}

export type End =
  | { kind: 'goto'; to: Block }
  | { kind: 'branch'; condition: Code; yes: Block; no: Block }
  | { kind: 'yield'; point: Point; to: Block; pc: number }
  | { kind: 'gone' };

export interface Block {
  readonly id: number;
  readonly statements: Statement[];
  end: End;
}

export interface Program {
  readonly entry: Block;
  readonly blocks: readonly Block[];
}

/** The blocks that can follow. */
export function successors(block: Block): Block[] {
  const { end } = block;
  if (end.kind === 'branch') return [end.yes, end.no];
  return end.kind === 'gone' ? [] : [end.to];
}
