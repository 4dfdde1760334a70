/**
 * Every state that a case can reach, each looked at once. Nearest first by steps, so that the schedule of each outcome is
 * a shortest one. The graph of states has no cycles, so a step that may be taken alone is taken at once and the state in
 * between is not kept; see docs/exploration.md for what that is allowed to leave out.
 */
import type { Machine, Outcome } from '../backends/backend.ts';
import { Fingerprint } from './fingerprint.ts';
import { Column, Visited } from './visited.ts';

/** States that a search looks at before it gives up, when its caller does not say. */
export const DEFAULT_MAX_STATES = 20_000_000;

export interface SearchOptions {
  /** Whether steps that may be taken alone are; true. False: the full graph. */
  readonly reduce?: boolean;
  /** States after which the search gives up; DEFAULT_MAX_STATES. */
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
  /** For each fault that fires on some way to an end: the moves of one on which it does. May be fewer: one way shows several. */
  readonly firing: readonly (readonly number[])[];
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

const EXPANDED = -1;

/** States that are looked at in one slice. */
const STATES_PER_SLICE = 4_096;

class Search {
  private readonly machine: Machine;
  private readonly reduce: boolean;
  private readonly maxStates: number;
  private readonly progress: (states: number, transitions: number) => void;
  private readonly words: number;
  private readonly visited = new Visited();
  private readonly print = new Fingerprint();
  /* by state number */
  private readonly parent = new Column();
  private readonly mover = new Column();
  private readonly slot = new Column();
  /** States that wait to be expanded, by their depth. */
  private readonly buckets: number[][] = [];
  /** What waits to be expanded: the words of a state, then its fingerprint. */
  private pool: Int32Array;
  private readonly slotWords: number;
  private readonly free: number[] = [];
  private slots = 0;
  private transitions = 0;
  private expanded = 0;
  /** The faults that have fired on a way to an end, and the ends at which one of them first had. */
  private fired = 0;
  private readonly firing: number[] = [];
  private readonly enabled: Int32Array;
  private readonly moves: Int32Array;
  private readonly ends = new Map<string, { outcome: Outcome; state: number }>();

  constructor(machine: Machine, options: SearchOptions) {
    this.machine = machine;
    this.reduce = options.reduce ?? true;
    this.maxStates = options.maxStates ?? DEFAULT_MAX_STATES;
    this.progress = options.progress ?? (() => {});
    this.words = machine.state.length;
    this.slotWords = this.words + 2;
    this.pool = new Int32Array(this.slotWords * 1024);
    this.enabled = new Int32Array(machine.actors.length);
    this.moves = new Int32Array(machine.actors.length);
  }

  *run(): Generator<void, SearchResult> {
    this.machine.reset();
    const steps = this.runAlone();
    this.print.of(this.machine.state);
    this.reach(-1, -1, steps);
    let complete = true;
    search: for (let depth = 0; depth < this.buckets.length; depth++) {
      const bucket = this.buckets[depth];
      if (!bucket) continue;
      for (let i = 0; i < bucket.length; i++) {
        if (this.visited.size > this.maxStates) {
          complete = false;
          break search;
        }
        this.expand(bucket[i]!, depth);
        if (++this.expanded % STATES_PER_SLICE === 0) yield;
      }
      this.buckets[depth] = [];
      this.progress(this.visited.size, this.transitions);
    }
    const endings = [...this.ends.values()].map(({ outcome, state }) => ({ outcome, moves: this.movesTo(state) }));
    const firing = this.firing.map((state) => this.movesTo(state));
    return { endings, states: this.visited.size, transitions: this.transitions, firing, complete };
  }

  /** The machine stands in a state: a new one, or one that is nearer than it seemed, will be expanded. */
  private reach(parent: number, mover: number, depth: number): void {
    const before = this.visited.size;
    const state = this.visited.reach(this.print.high, this.print.low, depth);
    if (state < 0) return;
    if (state === before) this.slot.set(state, this.keep());
    this.parent.set(state, parent);
    this.mover.set(state, mover);
    const bucket = this.buckets[depth];
    if (bucket) bucket.push(state);
    else this.buckets[depth] = [state];
  }

  /** Copies the machine's state into the pool. */
  private keep(): number {
    const { words, slotWords } = this;
    const slot = this.free.pop() ?? this.slots++;
    const from = slot * slotWords;
    if (from + slotWords > this.pool.length) {
      const more = new Int32Array(this.pool.length * 2);
      more.set(this.pool);
      this.pool = more;
    }
    const { pool } = this;
    const { state } = this.machine;
    pool.set(state, from);
    pool[from + words] = this.print.high;
    pool[from + words + 1] = this.print.low;
    return slot;
  }

  /** One that was found nearer after it was put in line has been expanded before its first turn comes. */
  private expand(state: number, depth: number): void {
    const slot = this.slot.at(state);
    if (slot === EXPANDED) return;
    const { machine, words, moves, print } = this;
    const from = slot * this.slotWords;
    const high = this.pool[from + words]!;
    const low = this.pool[from + words + 1]!;
    const before = this.pool.subarray(from, from + words);
    machine.state.set(before);
    const n = machine.enabled(moves);
    if (n === 0) this.end(state);
    for (let i = 0; i < n; i++) {
      const actor = moves[i]!;
      machine.step(actor);
      this.transitions++;
      const steps = 1 + this.runAlone();
      print.change(high, low, before, machine.state);
      this.reach(state, actor, depth + steps);
      print.undo(before, machine.state);
    }
    this.slot.set(state, EXPANDED);
    this.free.push(slot);
  }

  private end(state: number): void {
    const fired = this.machine.fired?.() ?? 0;
    if ((fired & ~this.fired) !== 0) this.firing.push(state);
    this.fired |= fired;
    const outcome = this.machine.outcome();
    const key = JSON.stringify(outcome);
    if (!this.ends.has(key)) this.ends.set(key, { outcome, state });
  }

  /** Takes steps that may be taken alone until there is none; how many. */
  private runAlone(moves?: number[]): number {
    if (!this.reduce) return 0;
    const { machine } = this;
    for (let steps = 0; ; steps++) {
      const actor = this.firstAlone();
      if (actor < 0) return steps;
      moves?.push(actor);
      machine.step(actor);
      this.transitions++;
    }
  }

  /** The first who may take the next step alone; -1: nobody. */
  private firstAlone(): number {
    const { machine, enabled } = this;
    if (machine.firstAlone) return machine.firstAlone();
    const n = machine.enabled(enabled);
    for (let i = 0; i < n; i++) if (machine.alone(enabled[i]!)) return enabled[i]!;
    return -1;
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
