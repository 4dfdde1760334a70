/** Takes every possible step in the states that wait: the work of a search, of which each of its threads does a part. */
import type { Machine, Outcome } from '../backends/backend.ts';
import { firstAlone } from './alone.ts';
import { Rows } from './column.ts';
import { Fingerprint } from './fingerprint.ts';
import { OF_HIGH, OF_LOW, type States } from './states.ts';

/** Work of one slice, counted in looks at an actor: some ten milliseconds. */
const WORK_PER_SLICE = 1 << 18;
/** Words of a state whose copy takes as long as a look at an actor. */
const WORDS_PER_LOOK = 16;

/* A row for each state that waits: its slot, and the way on which it was reached, as the number of a state and a move. */
const SLOT = 0;
const PARENT = 1;
const MOVER = 2;
export const WAITING_WORDS = 3;

/* A row for each state that was expanded: its number, how it was reached, and the steps that its expansion took. */
export const NUMBER = 0;
export const REACHED_FROM = 1;
export const REACHED_BY = 2;
export const STEPS = 3;
export const EXPANDED_WORDS = 4;

/** An end that was met: the first with its outcome in this thread, or with a fault that had fired in none of its ends. */
export interface FoundEnd {
  /** The number of the state. */
  readonly number: number;
  readonly outcome: Outcome;
  /** The outcome as text. */
  readonly key: string;
  readonly fired: number;
}

export class Expansion {
  readonly #machine: Machine;
  readonly #reduce: boolean;
  readonly #states: States;
  readonly #print = new Fingerprint();
  /** The states that wait, by their depth. Rows of one depth rise: states are expanded in the order of their numbers. */
  readonly #waiting: (Rows | undefined)[] = [];
  /** States that wait at any depth. */
  nrWaiting = 0;
  readonly #expanded = new Rows();
  #ends: FoundEnd[] = [];
  readonly #seen = new Set<string>();
  #fired = 0;
  readonly #enabled: Int32Array;
  readonly #moves: Int32Array;
  /** Steps done. */
  transitions = 0;
  /** Work done in the slice under way, reset by its caller. */
  work = 0;
  /* Where the expansion under way stands: */
  #nrMoves = 0;
  #taken = 0;
  /** Steps that were taken alone after the move under way; -1: no move is under way. */
  #alone = -1;
  #stepsBefore = 0;

  constructor(machine: Machine, reduce: boolean, states: States) {
    this.#machine = machine;
    this.#reduce = reduce;
    this.#states = states;
    this.#enabled = new Int32Array(machine.actors.length);
    this.#moves = new Int32Array(machine.actors.length);
  }

  /** Whether the slice has done its work. */
  get isSliceOver(): boolean {
    return this.work >= WORK_PER_SLICE;
  }

  /** Whether the machine is in the middle of a move. */
  get isMoving(): boolean {
    return this.#alone >= 0;
  }

  /** Bytes that it holds, but for what is small. */
  get bytes(): number {
    return this.nrWaiting * WAITING_WORDS * 4;
  }

  /** Goes to the first state; false: the slice's work ended before that, and the next call continues there. */
  start(): boolean {
    if (this.#alone < 0) {
      this.#machine.reset();
      this.#alone = 0;
    }
    if (!this.#runAlone()) return false;
    this.#print.of(this.#machine.state);
    this.#reach(-1, -1, this.#alone);
    this.#alone = -1;
    return true;
  }

  /** The states that wait at this depth, as rows that rise, without those that were reached on a better way since. */
  begin(depth: number): Int32Array<ArrayBuffer> {
    const rows = this.#waiting[depth]?.take();
    this.#waiting[depth] = undefined;
    if (rows === undefined) return new Int32Array(0);
    this.nrWaiting -= rows.length / WAITING_WORDS;
    let end = 0;
    for (let at = 0; at < rows.length; at += WAITING_WORDS) {
      if (!this.#states.isCurrent(rows[at + SLOT]!, depth, rows[at + PARENT]!, rows[at + MOVER]!)) continue;
      rows.copyWithin(end, at, at + WAITING_WORDS);
      end += WAITING_WORDS;
    }
    return rows.subarray(0, end);
  }

  /** Takes every possible step in the state of a row; false: the slice's work ended before that, and the next call continues there. */
  expand(rows: Int32Array, row: number, number: number, depth: number): boolean {
    const machine = this.#machine;
    const moves = this.#moves;
    const print = this.#print;
    const { pool } = this.#states;
    const slot = rows[row * WAITING_WORDS + SLOT]!;
    const words = machine.state.length;
    const chunk = pool.chunk(slot);
    const from = pool.at(slot);
    const high = chunk[from + words + OF_HIGH]!;
    const low = chunk[from + words + OF_LOW]!;
    const before = chunk.subarray(from, from + words);
    if (this.#alone < 0) machine.state.set(before);
    if (this.#alone < 0 && this.#taken === 0) {
      this.#stepsBefore = this.transitions;
      this.#nrMoves = machine.enabled(moves);
      this.work += moves.length + (words / WORDS_PER_LOOK) * this.#nrMoves;
      if (this.#nrMoves === 0) this.#end(number);
    }
    for (; this.#taken < this.#nrMoves; this.#taken++) {
      if (this.#alone < 0 && this.work >= 2 * WORK_PER_SLICE) return false;
      const actor = moves[this.#taken]!;
      if (this.#alone < 0) {
        machine.step(actor);
        this.transitions++;
        this.#alone = 0;
      }
      if (!this.#runAlone()) return false;
      print.change(high, low, before, machine.state);
      this.#reach(number, actor, depth + 1 + this.#alone);
      print.undo(before, machine.state);
      this.#alone = -1;
    }
    this.#taken = 0;
    pool.give(slot);
    const at = this.#expanded.add(EXPANDED_WORDS);
    this.#expanded.words[at + NUMBER] = number;
    this.#expanded.words[at + REACHED_FROM] = rows[row * WAITING_WORDS + PARENT]!;
    this.#expanded.words[at + REACHED_BY] = rows[row * WAITING_WORDS + MOVER]!;
    this.#expanded.words[at + STEPS] = this.transitions - this.#stepsBefore;
    return true;
  }

  /** What was expanded and met since the last call. */
  takeFound(): { readonly expanded: Int32Array<ArrayBuffer>; readonly ends: readonly FoundEnd[] } {
    const ends = this.#ends;
    this.#ends = [];
    return { expanded: this.#expanded.take(), ends };
  }

  #end(number: number): void {
    const fired = this.#machine.fired?.() ?? 0;
    const outcome = this.#machine.outcome();
    const key = JSON.stringify(outcome);
    if (this.#seen.has(key) && (fired & ~this.#fired) === 0) return;
    this.#seen.add(key);
    this.#fired |= fired;
    this.#ends.push({ number, outcome, key, fired });
  }

  /** Takes steps that may be taken alone until there is none, and counts them; false: the slice's work ended before that. */
  #runAlone(): boolean {
    if (!this.#reduce) return true;
    const machine = this.#machine;
    for (;;) {
      const actor = firstAlone(machine, this.#enabled);
      if (actor < 0) return true;
      machine.step(actor);
      this.transitions++;
      this.#alone++;
      this.work += this.#moves.length;
      if (this.work >= 4 * WORK_PER_SLICE) return false;
    }
  }

  /** The machine is in a state: it will be expanded, if this is the best way to it so far. */
  #reach(parent: number, mover: number, depth: number): void {
    const slot = this.#states.reach(this.#print, this.#machine.state, depth, parent, mover);
    if (slot < 0) return;
    let rows = this.#waiting[depth];
    if (rows === undefined) {
      rows = new Rows();
      this.#waiting[depth] = rows;
    }
    const at = rows.add(WAITING_WORDS);
    rows.words[at + SLOT] = slot;
    rows.words[at + PARENT] = parent;
    rows.words[at + MOVER] = mover;
    this.nrWaiting++;
  }
}

/** The rows of all runs, in the order in which one thread alone would have them. */
export function mergeRuns(runs: readonly Int32Array[]): Int32Array {
  if (runs.length === 1) return runs[0]!;
  const merged = new Int32Array(runs.reduce((sum, { length }) => sum + length, 0));
  const at = runs.map(() => 0);
  for (let to = 0; to < merged.length; to += WAITING_WORDS) {
    let least = -1;
    for (let i = 0; i < runs.length; i++) {
      if (at[i]! === runs[i]!.length) continue;
      if (least < 0 || isBefore(runs[i]!, at[i]!, runs[least]!, at[least]!)) least = i;
    }
    for (let i = 0; i < WAITING_WORDS; i++) merged[to + i] = runs[least]![at[least]! + i]!;
    at[least]! += WAITING_WORDS;
  }
  return merged;
}

function isBefore(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  const parents = a[i + PARENT]! - b[j + PARENT]!;
  return parents < 0 || (parents === 0 && a[i + MOVER]! < b[j + MOVER]!);
}
