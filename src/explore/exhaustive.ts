/**
 * Every state that a case can reach, each looked at once. Nearest first by steps, so that the schedule of each outcome is
 * a shortest one. The graph of states has no cycles, so a step that may be taken alone is taken at once and the state in
 * between is not kept; see docs/exploration.md for what that is allowed to leave out.
 */
import type { Machine, Outcome } from '../backends/backend.ts';
import { toEnd } from '../backends/walk.ts';
import { firstAlone, replayKept } from './alone.ts';
import { Fingerprint } from './fingerprint.ts';
import { Pool } from './pool.ts';
import { Column, Visited } from './visited.ts';

/** States that a search looks at before it gives up, when its caller does not say. */
export const DEFAULT_MAX_STATES = 20_000_000;

export interface SearchOptions {
  /** Whether steps that may be taken alone are; true. False: the full graph. */
  readonly reduce?: boolean;
  /** States after which the search gives up; DEFAULT_MAX_STATES. */
  readonly maxStates?: number;
  /** Bytes after which the search gives up; no limit. */
  readonly maxBytes?: number;
}

/** One way in which the case can end. */
export interface Ending {
  readonly outcome: Outcome;
  /** The actors that move, step by step, to get there. */
  readonly moves: readonly number[];
}

/** How far a search is. */
export interface Searched {
  /** States kept; without reduction: all that can be reached. */
  readonly states: number;
  /** Steps done. */
  readonly transitions: number;
}

/** An end that a search met, with the states expanded and the steps done before it: the same on any number of cores. */
export interface MetEnding extends Ending, Searched {}

/** Result of a slice of a search. */
export interface Slice extends Searched {
  /** The ends that were met since the last slice, nearest first. */
  readonly endings: readonly MetEnding[];
}

export interface SearchResult extends Searched {
  /** Distinct ends, nearest first. */
  readonly endings: readonly MetEnding[];
  /** For each fault that fires on some way to an end: the moves of one on which it does. May be fewer: one way shows several. */
  readonly firing: readonly (readonly number[])[];
  /** Whether all was seen. */
  readonly complete: boolean;
  /** The limit that it gave up at; absent when it is complete. */
  readonly stopped?: 'states' | 'memory';
}

/** Searches everything that the machine can do from its start. */
export function searchAll(machine: Machine, options: SearchOptions = {}): SearchResult {
  return toEnd(searchInSlices(machine, options));
}

/**
 * The same in slices of some milliseconds, for callers that do other work in between or need each end as it is found. The
 * search owns the machine until it is over.
 */
export function searchInSlices(machine: Machine, options: SearchOptions = {}): Generator<Slice, SearchResult> {
  return new Search(machine, options).run();
}

const EXPANDED = -1;

/** Work of one slice, counted in looks at an actor: some ten milliseconds. */
const WORK_PER_SLICE = 1 << 18;
/** Words of a state whose copy takes as long as a look at an actor. */
const WORDS_PER_LOOK = 16;

class Search {
  private readonly machine: Machine;
  private readonly reduce: boolean;
  private readonly maxStates: number;
  private readonly maxBytes: number;
  private readonly words: number;
  private readonly visited = new Visited();
  private readonly print = new Fingerprint();
  /* by state number */
  private readonly parent = new Column();
  private readonly mover = new Column();
  private readonly slot = new Column();
  /** States that wait to be expanded, by their depth. */
  private readonly buckets: number[][] = [];
  private bucketBytes = 0;
  /** States to be expanded: the words of a state, then its fingerprint. */
  private readonly pool: Pool;
  private transitions = 0;
  /** The faults that have fired on a way to an end, and the ends at which one of them first had. */
  private fired = 0;
  private readonly firing: number[] = [];
  private readonly enabled: Int32Array;
  private readonly moves: Int32Array;
  private readonly seen = new Set<string>();
  private readonly endings: MetEnding[] = [];
  private endingBytes = 0;
  /** The ends that were met in this slice, each with the number of its state. */
  private met: (Searched & { readonly outcome: Outcome; readonly state: number })[] = [];
  /** States that were expanded. */
  private expanded = 0;
  /* Where the slice under way stands: */
  private work = 0;
  /** How many moves the state that is being expanded has, and how many of them were taken. */
  private nrMoves = 0;
  private taken = 0;
  /** Steps that were taken alone after the move under way; -1: no move is under way. */
  private alone = -1;

  constructor(machine: Machine, options: SearchOptions) {
    this.machine = machine;
    this.reduce = options.reduce ?? true;
    this.maxStates = options.maxStates ?? DEFAULT_MAX_STATES;
    this.maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.words = machine.state.length;
    this.pool = new Pool(this.words + 2);
    this.enabled = new Int32Array(machine.actors.length);
    this.moves = new Int32Array(machine.actors.length);
  }

  *run(): Generator<Slice, SearchResult> {
    const stopped = yield* this.expandAll();
    this.findMoves();
    const { endings, transitions } = this;
    const states = this.visited.size;
    const firing = this.firing.map((state) => this.movesTo(state));
    return { endings, states, transitions, firing, complete: stopped === undefined, ...(stopped && { stopped }) };
  }

  /** Expands state after state; the limit that ended it, undefined when there was none left. */
  private *expandAll(): Generator<Slice, SearchResult['stopped']> {
    this.machine.reset();
    this.alone = 0;
    while (!this.runAlone()) yield this.slice();
    this.print.of(this.machine.state);
    this.reach(-1, -1, this.alone);
    this.alone = -1;
    for (let depth = 0; depth < this.buckets.length; depth++) {
      const bucket = this.buckets[depth];
      if (!bucket) continue;
      for (let i = 0; i < bucket.length; i++) {
        if (this.visited.size > this.maxStates) return 'states';
        while (!this.expand(bucket[i]!, depth)) {
          if (this.bytes > this.maxBytes) return 'memory';
          yield this.slice();
        }
        if (this.work < WORK_PER_SLICE) continue;
        if (this.bytes > this.maxBytes) return 'memory';
        yield this.slice();
      }
      this.bucketBytes -= bucket.length * 8;
      this.buckets[depth] = [];
    }
    return undefined;
  }

  /** Bytes that the search holds, but for what is small. */
  private get bytes(): number {
    const { visited, parent, mover, slot, pool } = this;
    return visited.bytes + parent.bytes + mover.bytes + slot.bytes + pool.bytes + this.bucketBytes + this.endingBytes;
  }

  /** Ends a slice. In the middle of a move the machine stays as it is, and the ends are reported later. */
  private slice(): Slice {
    this.work = 0;
    const endings = this.alone < 0 ? this.findMoves() : [];
    return { endings, states: this.visited.size, transitions: this.transitions };
  }

  /** The ends that were met since the last call, with their moves. */
  private findMoves(): MetEnding[] {
    const found = this.met.map(({ state, ...met }) => ({ ...met, moves: this.movesTo(state) }));
    this.met = [];
    for (const ending of found) {
      this.endings.push(ending);
      this.endingBytes += ending.moves.length * 8;
    }
    return found;
  }

  /** The machine is in a state: if the state is new, or nearer than known so far, it will be expanded. */
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
    this.bucketBytes += 8;
  }

  /** Copies the machine's state into the pool. */
  private keep(): number {
    const { words, pool } = this;
    const slot = pool.take();
    const chunk = pool.chunk(slot);
    const from = pool.at(slot);
    chunk.set(this.machine.state, from);
    chunk[from + words] = this.print.high;
    chunk[from + words + 1] = this.print.low;
    return slot;
  }

  /**
   * Takes every possible step in a state; false: the slice's work ended before that, and the next call continues there. A
   * state that was found nearer after it was queued has been expanded before its first entry is reached.
   */
  private expand(state: number, depth: number): boolean {
    const slot = this.slot.at(state);
    if (slot === EXPANDED) return true;
    const { machine, words, moves, print, pool } = this;
    const chunk = pool.chunk(slot);
    const from = pool.at(slot);
    const high = chunk[from + words]!;
    const low = chunk[from + words + 1]!;
    const before = chunk.subarray(from, from + words);
    if (this.alone < 0) machine.state.set(before);
    if (this.alone < 0 && this.taken === 0) {
      this.nrMoves = machine.enabled(moves);
      this.work += moves.length + (words / WORDS_PER_LOOK) * this.nrMoves;
      if (this.nrMoves === 0) this.end(state);
    }
    for (; this.taken < this.nrMoves; this.taken++) {
      if (this.alone < 0 && this.work >= 2 * WORK_PER_SLICE) return false;
      const actor = moves[this.taken]!;
      if (this.alone < 0) {
        machine.step(actor);
        this.transitions++;
        this.alone = 0;
      }
      if (!this.runAlone()) return false;
      print.change(high, low, before, machine.state);
      this.reach(state, actor, depth + 1 + this.alone);
      print.undo(before, machine.state);
      this.alone = -1;
    }
    this.taken = 0;
    this.expanded++;
    this.slot.set(state, EXPANDED);
    pool.give(slot);
    return true;
  }

  private end(state: number): void {
    const fired = this.machine.fired?.() ?? 0;
    if ((fired & ~this.fired) !== 0) this.firing.push(state);
    this.fired |= fired;
    const outcome = this.machine.outcome();
    const key = JSON.stringify(outcome);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.met.push({ outcome, state, states: this.expanded + 1, transitions: this.transitions });
    // The key, and the outcome as an object.
    this.endingBytes += key.length * 8;
  }

  /** Takes steps that may be taken alone until there is none, and counts them; false: the slice's work ended before that. */
  private runAlone(): boolean {
    if (!this.reduce) return true;
    const { machine, enabled } = this;
    for (;;) {
      const actor = firstAlone(machine, enabled);
      if (actor < 0) return true;
      machine.step(actor);
      this.transitions++;
      this.alone++;
      this.work += this.moves.length;
      if (this.work >= 4 * WORK_PER_SLICE) return false;
    }
  }

  /** The whole schedule to a state. Leaves the machine there. */
  private movesTo(state: number): number[] {
    const kept: number[] = [];
    for (let s = state; this.parent.at(s) >= 0; s = this.parent.at(s)) kept.push(this.mover.at(s));
    this.alone = -1;
    return replayKept(this.machine, kept.reverse(), this.reduce);
  }
}
