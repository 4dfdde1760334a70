/**
 * Every state that a case can reach, each looked at once. Nearest first by steps, so that the schedule of each outcome is
 * a shortest one. The graph of states has no cycles, so a step that may be taken alone is taken at once and the state in
 * between is not kept; see docs/exploration.md for what that is allowed to leave out.
 */
import type { Machine, Outcome } from '../backends/backend.ts';
import { toEnd } from '../backends/walk.ts';
import { type Crew, endOfRows } from './crew.ts';
import { Expansion, mergeRuns, WAITING_WORDS } from './expansion.ts';
import { Found } from './found.ts';
import { type SharedStates, States } from './states.ts';

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

/** Where a search stands between two depths, for a thread that joins it. */
export interface Standing {
  readonly shared: SharedStates;
  readonly depth: number;
  /** States with a number. */
  readonly nrNumbered: number;
}

/** Threads that can join a search. */
export interface Helpers {
  /** The threads, when the search has kept so many states and all of them are ready; `begin` follows. */
  crew(states: number): Crew | undefined;
  /** The search goes on with them. */
  begin(standing: Standing): void;
}

export class Search {
  readonly #maxStates: number;
  readonly #maxBytes: number;
  readonly #states: States;
  readonly #expansion: Expansion;
  readonly #found: Found;
  readonly #helpers: Helpers | undefined;
  #crew: Crew | undefined;
  /** What the other threads have reported, as sums. */
  #others: Searched & { readonly bytes: number } = { states: 0, transitions: 0, bytes: 0 };

  constructor(machine: Machine, options: SearchOptions, helpers?: Helpers) {
    const { reduce = true, maxStates = DEFAULT_MAX_STATES, maxBytes = Number.POSITIVE_INFINITY } = options;
    this.#maxStates = maxStates;
    this.#maxBytes = maxBytes;
    this.#states = new States({ words: machine.state.length, canShare: helpers !== undefined });
    this.#expansion = new Expansion(machine, reduce, this.#states);
    this.#found = new Found(machine, reduce);
    this.#helpers = helpers;
  }

  *run(): Generator<Slice, SearchResult> {
    const stopped = yield* this.#expandAll();
    this.#meet();
    const { endings } = this.#found;
    const firing = this.#found.findFiring();
    return { endings, ...this.#searched, firing, complete: stopped === undefined, ...(stopped && { stopped }) };
  }

  /** Expands depth after depth; the limit that ended it, undefined when there was none left. */
  *#expandAll(): Generator<Slice, SearchResult['stopped']> {
    while (!this.#expansion.start()) yield this.#slice();
    this.#found.begin(this.#expansion.transitions);
    for (let depth = 0, nrNumbered = 0; ; depth++) {
      this.#join(depth, nrNumbered);
      const rows = yield* this.#rowsOf(depth);
      if (rows === undefined) return undefined;
      const stopped = yield* this.#expandDepth(depth, rows, nrNumbered);
      if (stopped) return stopped;
      nrNumbered += rows.length / WAITING_WORDS;
    }
  }

  /** Goes on with more threads, if they are ready. */
  #join(depth: number, nrNumbered: number): void {
    if (this.#crew || !this.#helpers) return;
    const crew = this.#helpers.crew(this.#states.size);
    if (!crew) return;
    crew.learn = (news) => this.#states.learn(news);
    this.#helpers.begin({ shared: this.#states.share(crew), depth, nrNumbered });
    this.#crew = crew;
  }

  /** The states that all threads have for a depth, in the order of their numbers; undefined: none is left at any depth. */
  *#rowsOf(depth: number): Generator<Slice, Int32Array | undefined> {
    const rows = this.#expansion.begin(depth);
    const { nrWaiting } = this.#expansion;
    if (!this.#crew) return rows.length === 0 && nrWaiting === 0 ? undefined : rows;
    const { runs, isLast } = yield* this.#whileWaiting(this.#crew.exchange(depth, rows, nrWaiting));
    return isLast ? undefined : mergeRuns(runs);
  }

  *#expandDepth(depth: number, rows: Int32Array, nrNumbered: number): Generator<Slice, SearchResult['stopped']> {
    const crew = this.#crew;
    const nrRows = rows.length / WAITING_WORDS;
    if (!crew) return yield* this.#expandRows(depth, rows, 0, nrRows, nrNumbered);
    for (let row = crew.take(depth); row < nrRows; row = crew.take(depth)) {
      yield* this.#expandRows(depth, rows, row, endOfRows(row, nrRows), nrNumbered);
    }
    yield* this.#whileWaiting(crew.meet());
    const reports = crew.takeReports();
    for (const { expanded, ends } of reports) this.#found.add(expanded, ends);
    const sum = (key: 'states' | 'transitions' | 'bytes'): number => reports.reduce((all, one) => all + one[key], 0);
    this.#others = { states: sum('states'), transitions: sum('transitions'), bytes: sum('bytes') };
    const limit = this.#limit();
    yield { endings: this.#meet(), ...this.#searched };
    return limit;
  }

  /** Expands some rows; the limit that ended it, which several threads regard between two depths only. */
  *#expandRows(
    depth: number,
    rows: Int32Array,
    first: number,
    end: number,
    nrNumbered: number,
  ): Generator<Slice, SearchResult['stopped']> {
    const expansion = this.#expansion;
    const isAlone = this.#crew === undefined;
    for (let row = first; row < end; row++) {
      if (isAlone && this.#states.size > this.#maxStates) return 'states';
      while (!expansion.expand(rows, row, nrNumbered + row, depth)) {
        if (isAlone && this.#bytes > this.#maxBytes) return 'memory';
        yield this.#slice();
      }
      if (!expansion.isSliceOver) continue;
      if (isAlone && this.#bytes > this.#maxBytes) return 'memory';
      yield this.#slice();
    }
    return undefined;
  }

  #limit(): SearchResult['stopped'] {
    if (this.#searched.states > this.#maxStates) return 'states';
    return this.#bytes > this.#maxBytes ? 'memory' : undefined;
  }

  /** Gives the caller its turn while the others are not here. */
  *#whileWaiting<T>(waiting: Generator<void, T>): Generator<Slice, T> {
    for (;;) {
      const { done, value } = waiting.next();
      if (done) return value;
      yield { endings: [], ...this.#searched };
    }
  }

  get #searched(): Searched {
    const { states, transitions } = this.#others;
    return { states: this.#states.size + states, transitions: this.#expansion.transitions + transitions };
  }

  /** Bytes that the search holds, but for what is small. */
  get #bytes(): number {
    return this.#states.bytes + this.#expansion.bytes + this.#found.bytes + this.#others.bytes;
  }

  /** Ends a slice. In the middle of a move the machine stays as it is, and the ends are reported later. */
  #slice(): Slice {
    this.#expansion.work = 0;
    // What several threads meet has its order when the depth is done.
    const endings = this.#crew || this.#expansion.isMoving ? [] : this.#meet();
    return { endings, ...this.#searched };
  }

  /** The ends that were met since the last call, with their moves. */
  #meet(): MetEnding[] {
    const { expanded, ends } = this.#expansion.takeFound();
    this.#found.add(expanded, ends);
    return this.#found.meet();
  }
}
