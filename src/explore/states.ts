/**
 * The states that a search has met, by their fingerprints, and those of them that wait to be expanded. Threads may share
 * it: the table has parts, each with a lock, and a thread that adds memory announces it to the others.
 */
import type { Fingerprint } from './fingerprint.ts';
import { Pool } from './pool.ts';

/* Words of an entry of the table: all of it lies together, so that a look-up is one access to memory. */
const HIGH = 0;
const LOW = 1;
/** The slot that the state waits in + 1, also after that; 0 for an empty entry. */
const SLOT = 2;
/** Steps from the start, on the shortest way met so far. */
const DEPTH = 3;
/** As a shift. */
const ENTRY = 2;

/* Words of a slot, after those of its state. */
export const OF_HIGH = 0;
export const OF_LOW = 1;
const OF_DEPTH = 2;
/** The number of the state that it is reached from on its first shortest way, and the move from there. */
export const OF_PARENT = 3;
export const OF_MOVER = 4;
const TRAILER = 5;

/** As a shift: parts of the table. Each grows by itself, so that no growth holds a search up for long, or doubles its memory. */
const PARTS = 6;
const NR_PARTS = 1 << PARTS;
/** Entries of a part at first. */
const FIRST_ENTRIES = 1 << 6;

/* Words of the locks: a cache line for each part, then the number of chunks. */
const LOCK_WORDS = 16;
const IS_LOCKED = 0;
/** Counts how often the part has grown. */
const GENERATION = 1;
const NR_ENTRIES = 2;
const NR_CHUNKS = NR_PARTS * LOCK_WORDS;

/** Looks at a lock before the thread sleeps, then milliseconds of a sleep, and sleeps after which its owner counts as dead. */
const SPINS = 1_000;
const SLEEP = 1;
const MAX_SLEEPS = 60_000;

/** Memory that a thread has added. */
export type News =
  | { readonly part: number; readonly generation: number; readonly entries: Int32Array }
  | { readonly number: number; readonly chunk: Int32Array };

/** The other threads that share the states. */
export interface Peers {
  announce(news: News): void;
  /** Hands over what the others have announced, to `learn`. */
  listen(): void;
}

/** All that a thread needs to share the states. */
export interface SharedStates {
  readonly locks: Int32Array;
  readonly news: readonly News[];
}

interface Part {
  generation: number;
  mask: number;
  entries: Int32Array;
}

export interface StatesOptions {
  /** Words of a state. */
  readonly words: number;
  /** Whether threads may share it later. */
  readonly canShare?: boolean;
  /** What another thread shares. */
  readonly from?: SharedStates;
  /** That thread and all others. */
  readonly peers?: Peers;
}

export class States {
  readonly #words: number;
  readonly #allocate: (words: number) => Int32Array;
  readonly #locks: Int32Array;
  readonly #parts: Part[] = [];
  readonly pool: Pool;
  #peers: Peers | undefined;
  /** States that this thread has met first. */
  size = 0;
  #tableBytes = 0;

  constructor({ words, canShare = false, from, peers }: StatesOptions) {
    this.#words = words;
    this.#peers = peers;
    // In a page of a browser there may be no shared memory.
    const buffer = canShare ? SharedArrayBuffer : ArrayBuffer;
    this.#allocate = (length) => new Int32Array(new buffer(4 * length));
    this.#locks = from?.locks ?? this.#allocate(NR_CHUNKS + 1);
    this.pool = new Pool({
      slotWords: words + TRAILER,
      allocate: this.#allocate,
      nextChunk: () => Atomics.add(this.#locks, NR_CHUNKS, 1),
      onChunk: (number, chunk) => this.#peers?.announce({ number, chunk }),
    });
    if (!from) this.#addParts();
    for (const news of from?.news ?? []) this.learn(news);
  }

  #addParts(): void {
    const partWords = FIRST_ENTRIES << ENTRY;
    const all = this.#allocate(NR_PARTS * partWords);
    this.#tableBytes = all.byteLength;
    for (let i = 0; i < NR_PARTS; i++) {
      const entries = all.subarray(i * partWords, (i + 1) * partWords);
      this.#parts.push({ generation: 0, mask: FIRST_ENTRIES - 1, entries });
    }
  }

  /** Shares it from now on; what it holds is for the others, to begin with. */
  share(peers: Peers): SharedStates {
    this.#peers = peers;
    const parts = this.#parts.map(({ generation, entries }, part) => ({ part, generation, entries }));
    return { locks: this.#locks, news: [...parts, ...this.pool.chunks.map((chunk, number) => ({ number, chunk }))] };
  }

  /** Adds what another thread has announced. */
  learn(news: News): void {
    if ('chunk' in news) this.pool.chunks[news.number] = news.chunk;
    else {
      const { part, generation, entries } = news;
      if ((this.#parts[part]?.generation ?? -1) >= generation) return;
      this.#parts[part] = { generation, entries, mask: (entries.length >> ENTRY) - 1 };
    }
  }

  /** Bytes that this thread has added. */
  get bytes(): number {
    return this.#tableBytes + this.pool.bytes;
  }

  /**
   * The state was reached, by this move of the state with that number. The slot that it waits in, when it is new, or now reached in
   * fewer steps, or in as many from an earlier state or by an earlier move; otherwise −1. A state that was expanded is never reached
   * in as few steps again: those of one depth are expanded before any of the next.
   */
  reach(print: Fingerprint, state: Int32Array, depth: number, parent: number, mover: number): number {
    const part = print.high >>> (32 - PARTS);
    if (this.#peers === undefined) return this.#enter(part, print, state, depth, parent, mover);
    this.#lock(part);
    const slot = this.#enter(part, print, state, depth, parent, mover);
    Atomics.store(this.#locks, part * LOCK_WORDS + IS_LOCKED, 0);
    return slot;
  }

  #enter(part: number, print: Fingerprint, state: Int32Array, depth: number, parent: number, mover: number): number {
    const { entries, mask } = this.#parts[part]!;
    const { high, low } = print;
    for (let place = (low ^ (high >>> 7)) & mask; ; place = (place + 1) & mask) {
      const entry = place << ENTRY;
      const slot = entries[entry + SLOT]! - 1;
      if (slot < 0) return this.#add(part, entry, print, state, depth, parent, mover);
      if (entries[entry + LOW] !== low || entries[entry + HIGH] !== high) continue;
      const known = entries[entry + DEPTH]!;
      if (known < depth || (known === depth && !this.#isEarlier(slot, parent, mover))) return -1;
      entries[entry + DEPTH] = depth;
      this.#mark(slot, depth, parent, mover);
      return slot;
    }
  }

  #add(
    part: number,
    entry: number,
    print: Fingerprint,
    state: Int32Array,
    depth: number,
    parent: number,
    mover: number,
  ): number {
    const { entries } = this.#parts[part]!;
    const slot = this.pool.take();
    const chunk = this.pool.chunk(slot);
    const at = this.pool.at(slot);
    chunk.set(state, at);
    const trailer = at + this.#words;
    chunk[trailer + OF_HIGH] = print.high;
    chunk[trailer + OF_LOW] = print.low;
    this.#mark(slot, depth, parent, mover);
    entries[entry + HIGH] = print.high;
    entries[entry + LOW] = print.low;
    entries[entry + SLOT] = slot + 1;
    entries[entry + DEPTH] = depth;
    this.size++;
    this.#count(part);
    return slot;
  }

  #mark(slot: number, depth: number, parent: number, mover: number): void {
    const chunk = this.#chunk(slot);
    const trailer = this.pool.at(slot) + this.#words;
    chunk[trailer + OF_DEPTH] = depth;
    chunk[trailer + OF_PARENT] = parent;
    chunk[trailer + OF_MOVER] = mover;
  }

  /** Whether this way to the state in the slot comes before the one that it holds. One thread alone meets the first way first. */
  #isEarlier(slot: number, parent: number, mover: number): boolean {
    if (this.#peers === undefined) return false;
    const chunk = this.#chunk(slot);
    const trailer = this.pool.at(slot) + this.#words;
    const known = chunk[trailer + OF_PARENT]!;
    return parent < known || (parent === known && mover < chunk[trailer + OF_MOVER]!);
  }

  /** Whether the state in the slot is still reached in this way: of each two ways one state holds one. */
  isCurrent(slot: number, depth: number, parent: number, mover: number): boolean {
    const chunk = this.pool.chunk(slot);
    const trailer = this.pool.at(slot) + this.#words;
    return (
      chunk[trailer + OF_DEPTH] === depth &&
      chunk[trailer + OF_PARENT] === parent &&
      chunk[trailer + OF_MOVER] === mover
    );
  }

  #lock(part: number): void {
    const at = part * LOCK_WORDS;
    for (let spins = 0; Atomics.compareExchange(this.#locks, at + IS_LOCKED, 0, 1) !== 0; spins++) {
      if (spins < SPINS) continue;
      if (spins > SPINS + MAX_SLEEPS) throw new Error('a thread of the search has left a part of its table locked');
      Atomics.wait(this.#locks, at + IS_LOCKED, 1, SLEEP);
    }
    if (this.#locks[at + GENERATION] !== this.#parts[part]!.generation) this.#peers!.listen();
  }

  /** The chunk of a slot, which another thread may have added just now. */
  #chunk(slot: number): Int32Array {
    if (this.pool.chunk(slot) === undefined) this.#peers!.listen();
    return this.pool.chunk(slot);
  }

  /** Counts a new entry, and lets the part grow when it is full. */
  #count(part: number): void {
    const at = part * LOCK_WORDS;
    const { mask, entries, generation } = this.#parts[part]!;
    const nrEntries = this.#locks[at + NR_ENTRIES]! + 1;
    this.#locks[at + NR_ENTRIES] = nrEntries;
    if (nrEntries * 10 <= (mask + 1) * 6) return;
    const grown = { part, generation: generation + 1, entries: this.#grow(entries) };
    this.#tableBytes += grown.entries.byteLength - entries.byteLength;
    this.learn(grown);
    this.#locks[at + GENERATION] = grown.generation;
    this.#peers?.announce(grown);
  }

  #grow(old: Int32Array): Int32Array {
    const entries = this.#allocate(old.length * 2);
    const mask = (entries.length >> ENTRY) - 1;
    for (let from = 0; from < old.length; from += 1 << ENTRY) {
      if (old[from + SLOT] === 0) continue;
      let place = (old[from + LOW]! ^ (old[from + HIGH]! >>> 7)) & mask;
      while (entries[(place << ENTRY) + SLOT] !== 0) place = (place + 1) & mask;
      for (let i = 0; i < 1 << ENTRY; i++) entries[(place << ENTRY) + i] = old[from + i]!;
    }
    return entries;
  }
}
