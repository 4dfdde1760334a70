/**
 * Every state that a case can reach, each looked at once. Nearest first by steps, so that the schedule of each outcome is
 * a shortest one. The graph of states has no cycles, so a step that may be taken alone is taken at once and the state in
 * between is not kept; see docs/exploration.md for what that is allowed to leave out.
 */
import type { Machine, Outcome } from '../backends/backend.ts';
import { Fingerprint, FingerprintSet } from './fingerprint.ts';

export interface SearchOptions {
  /** Whether steps that may be taken alone are; true. False: the full graph. */
  readonly reduce?: boolean;
  /** States after which the search gives up; 20,000,000. */
  readonly maxStates?: number;
  /** Told now and then how far it is. */
  readonly progress?: (states: number, transitions: number) => void;
}

/** One way in which the case can end. */
export interface Ending {
  readonly outcome: Outcome;
  /** Who moves, step by step, to get there. */
  readonly moves: readonly number[];
}

export interface SearchResult {
  /** Distinct ends, nearest first. */
  readonly endings: readonly Ending[];
  /** States kept; without reduction: all that can be reached. */
  readonly states: number;
  /** Steps done. */
  readonly transitions: number;
  /** False when it gave up at `maxStates`. */
  readonly complete: boolean;
}

/** Searches all that the machine can do from its start. */
export function searchAll(machine: Machine, options: SearchOptions = {}): SearchResult {
  return toEnd(searchInSlices(machine, options));
}

/** The same a slice at a time, some milliseconds each, for callers that have other things to see to. */
export function searchInSlices(machine: Machine, options: SearchOptions = {}): Generator<void, SearchResult> {
  return new Search(machine, options).run();
}

/** Runs slices to their end. */
export function toEnd<T>(slices: Generator<void, T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}

/** Typed arrays that grow. */
class Column {
  private words: Int32Array = new Int32Array(1 << 12);

  at(i: number): number {
    return this.words[i]!;
  }

  set(i: number, value: number): void {
    if (i >= this.words.length) {
      const more = new Int32Array(this.words.length * 2);
      more.set(this.words);
      this.words = more;
    }
    this.words[i] = value;
  }
}

const EXPANDED = -1;

/** States that are looked at in one slice. */
const STATES_PER_SLICE = 4_096;

class Search {
  private readonly machine: Machine;
  private readonly reduce: boolean;
  private readonly maxStates: number;
  private readonly progress: (states: number, transitions: number) => void;
  private readonly words: number;
  private readonly seen = new FingerprintSet();
  private readonly print = new Fingerprint();
  /* by state number */
  private readonly parent = new Column();
  private readonly mover = new Column();
  private readonly depth = new Column();
  private readonly slot = new Column();
  private readonly high = new Column();
  private readonly low = new Column();
  /** States that wait to be expanded, by their depth. */
  private readonly buckets: number[][] = [];
  private pool: Int32Array;
  private readonly free: number[] = [];
  private slots = 0;
  private transitions = 0;
  private expanded = 0;
  private readonly enabled: Int32Array;
  private readonly moves: Int32Array;
  private readonly ends = new Map<string, { outcome: Outcome; state: number }>();

  constructor(machine: Machine, options: SearchOptions) {
    this.machine = machine;
    this.reduce = options.reduce ?? true;
    this.maxStates = options.maxStates ?? 20_000_000;
    this.progress = options.progress ?? (() => {});
    this.words = machine.state.length;
    this.pool = new Int32Array(this.words * 1024);
    this.enabled = new Int32Array(machine.actors.length);
    this.moves = new Int32Array(machine.actors.length);
  }

  *run(): Generator<void, SearchResult> {
    this.machine.reset();
    this.print.of(this.machine.state);
    const steps = this.runAlone();
    this.print.of(this.machine.state);
    this.reach(-1, -1, steps);
    let complete = true;
    search: for (let depth = 0; depth < this.buckets.length; depth++) {
      const bucket = this.buckets[depth];
      if (!bucket) continue;
      for (let i = 0; i < bucket.length; i++) {
        if (this.seen.size > this.maxStates) {
          complete = false;
          break search;
        }
        this.expand(bucket[i]!, depth);
        if (++this.expanded % STATES_PER_SLICE === 0) yield;
      }
      this.buckets[depth] = [];
      this.progress(this.seen.size, this.transitions);
    }
    const endings = [...this.ends.values()].map(({ outcome, state }) => ({ outcome, moves: this.movesTo(state) }));
    return { endings, states: this.seen.size, transitions: this.transitions, complete };
  }

  /** The machine stands in a state: a new one, or one that is nearer than it seemed, will be expanded. */
  private reach(parent: number, mover: number, depth: number): void {
    const before = this.seen.size;
    const { high, low } = this.print;
    const state = this.seen.numberOf(high, low);
    if (state < before && (this.slot.at(state) === EXPANDED || this.depth.at(state) <= depth)) return;
    if (state === before) {
      this.high.set(state, high);
      this.low.set(state, low);
      this.slot.set(state, this.keep());
    }
    this.parent.set(state, parent);
    this.mover.set(state, mover);
    this.depth.set(state, depth);
    const bucket = this.buckets[depth];
    if (bucket) bucket.push(state);
    else this.buckets[depth] = [state];
  }

  /** Copies the machine's state into the pool. */
  private keep(): number {
    const slot = this.free.pop() ?? this.slots++;
    if ((slot + 1) * this.words > this.pool.length) {
      const more = new Int32Array(this.pool.length * 2);
      more.set(this.pool);
      this.pool = more;
    }
    this.pool.set(this.machine.state, slot * this.words);
    return slot;
  }

  private expand(state: number, depth: number): void {
    const slot = this.slot.at(state);
    if (slot === EXPANDED || this.depth.at(state) !== depth) return;
    const { machine, words, moves } = this;
    const from = slot * words;
    this.load(from);
    const n = machine.enabled(moves);
    if (n === 0) this.end(state);
    for (let i = 0; i < n; i++) {
      if (i > 0) this.load(from);
      const actor = moves[i]!;
      machine.step(actor);
      this.transitions++;
      const steps = 1 + this.runAlone();
      this.print.change(this.high.at(state), this.low.at(state), this.pool, from, machine.state);
      this.reach(state, actor, depth + steps);
    }
    this.slot.set(state, EXPANDED);
    this.free.push(slot);
  }

  private load(from: number): void {
    const { pool, words } = this;
    const { state } = this.machine;
    for (let i = 0; i < words; i++) state[i] = pool[from + i]!;
  }

  private end(state: number): void {
    const outcome = this.machine.outcome();
    const key = JSON.stringify(outcome);
    if (!this.ends.has(key)) this.ends.set(key, { outcome, state });
  }

  /** Takes steps that may be taken alone until there is none; how many. */
  private runAlone(moves?: number[]): number {
    if (!this.reduce) return 0;
    const { machine, enabled } = this;
    let steps = 0;
    for (;;) {
      const n = machine.enabled(enabled);
      let found = -1;
      for (let i = 0; i < n && found < 0; i++) if (machine.alone(enabled[i]!)) found = enabled[i]!;
      if (found < 0) return steps;
      moves?.push(found);
      machine.step(found);
      this.transitions++;
      steps++;
    }
  }

  /** The whole schedule to a state: the moves kept, and the steps that were taken alone between them. */
  private movesTo(state: number): number[] {
    const kept: number[] = [];
    for (let s = state; this.parent.at(s) >= 0; s = this.parent.at(s)) kept.push(this.mover.at(s));
    const moves: number[] = [];
    const { transitions } = this;
    this.machine.reset();
    this.runAlone(moves);
    for (const actor of kept.reverse()) {
      this.machine.step(actor);
      moves.push(actor);
      this.runAlone(moves);
    }
    this.transitions = transitions;
    return moves;
  }
}
