/** What a search has found: the ends, in the order in which one thread meets them, and the way to each. */
import type { Machine } from '../backends/backend.ts';
import { replayKept } from './alone.ts';
import { Column } from './column.ts';
import type { MetEnding } from './exhaustive.ts';
import { EXPANDED_WORDS, type FoundEnd, NUMBER, REACHED_BY, REACHED_FROM, STEPS } from './expansion.ts';

export class Found {
  readonly #machine: Machine;
  readonly #reduce: boolean;
  /* By the number of a state: */
  readonly #parent = new Column();
  readonly #mover = new Column();
  readonly #steps = new Column();
  #ends: FoundEnd[] = [];
  /** Up to which state the steps are counted, and how many they are. */
  #counted = 0;
  #nrSteps = 0;
  /** The faults that have fired on a way to an end, and the ends at which one of them first had. */
  #fired = 0;
  readonly #firing: number[] = [];
  readonly #seen = new Set<string>();
  readonly endings: MetEnding[] = [];
  #endingBytes = 0;

  constructor(machine: Machine, reduce: boolean) {
    this.#machine = machine;
    this.#reduce = reduce;
  }

  /** The first state was reached in so many steps. */
  begin(nrSteps: number): void {
    this.#nrSteps = nrSteps;
  }

  /** Adds what a thread has expanded and met. */
  add(expanded: Int32Array, ends: readonly FoundEnd[]): void {
    for (let at = 0; at < expanded.length; at += EXPANDED_WORDS) {
      const number = expanded[at + NUMBER]!;
      this.#parent.set(number, expanded[at + REACHED_FROM]!);
      this.#mover.set(number, expanded[at + REACHED_BY]!);
      this.#steps.set(number, expanded[at + STEPS]!);
    }
    this.#ends.push(...ends);
  }

  /** The endings that are new; call it when all states up to the last one that was added were added. Moves the machine. */
  meet(): MetEnding[] {
    const ends = this.#ends.sort((a, b) => a.number - b.number);
    this.#ends = [];
    return ends.flatMap((end) => this.#meetEnd(end));
  }

  #meetEnd({ number, outcome, key, fired }: FoundEnd): MetEnding[] {
    if ((fired & ~this.#fired) !== 0) this.#firing.push(number);
    this.#fired |= fired;
    if (this.#seen.has(key)) return [];
    this.#seen.add(key);
    for (; this.#counted < number; this.#counted++) this.#nrSteps += this.#steps.at(this.#counted);
    const met = { outcome, moves: this.#movesTo(number), states: number + 1, transitions: this.#nrSteps };
    this.endings.push(met);
    // The key, the outcome as an object, and the moves.
    this.#endingBytes += (key.length + met.moves.length) * 8;
    return [met];
  }

  /** For each fault that fires on some way to an end: the moves of one on which it does. Moves the machine. */
  findFiring(): number[][] {
    return this.#firing.map((number) => this.#movesTo(number));
  }

  /** The whole schedule to a state. */
  #movesTo(number: number): number[] {
    const kept: number[] = [];
    for (let at = number; this.#parent.at(at) >= 0; at = this.#parent.at(at)) kept.push(this.#mover.at(at));
    return replayKept(this.#machine, kept.reverse(), this.#reduce);
  }

  /** Bytes that it holds, but for what is small. */
  get bytes(): number {
    return this.#parent.bytes + this.#mover.bytes + this.#steps.bytes + this.#endingBytes;
  }
}
