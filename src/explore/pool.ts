/** Where a search keeps the states that wait to be expanded: equal slots of words, in chunks, each slot used again when it is free. */

/** Words of a chunk, at least: 4 MiB. */
const CHUNK_WORDS = 1 << 20;

export interface PoolOptions {
  /** Words of every slot. */
  readonly slotWords: number;
  /** Memory for a chunk. */
  readonly allocate: (words: number) => Int32Array;
  /** The number of the next chunk, which no other thread gets. */
  readonly nextChunk: () => number;
  /** Called with each chunk that this thread adds. */
  readonly onChunk: (number: number, chunk: Int32Array) => void;
}

/** One thread's view of the chunks, which all threads share, and the slots that are free for it. */
export class Pool {
  readonly #options: PoolOptions;
  /** As a shift: slots in a chunk. */
  readonly #shift: number;
  /** By number; another thread's are added when it has announced them. */
  readonly chunks: Int32Array[] = [];
  readonly #free: number[] = [];
  /** The slots of this thread's last chunk that were never used. */
  #fresh = 0;
  #freshEnd = 0;
  #added = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#shift = Math.max(0, Math.floor(Math.log2(CHUNK_WORDS / options.slotWords)));
  }

  /** A slot that nothing else uses. */
  take(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    if (this.#fresh === this.#freshEnd) this.#addChunk();
    return this.#fresh++;
  }

  #addChunk(): void {
    const { allocate, nextChunk, onChunk, slotWords } = this.#options;
    const number = nextChunk();
    const chunk = allocate(slotWords << this.#shift);
    this.chunks[number] = chunk;
    this.#added++;
    this.#fresh = number << this.#shift;
    this.#freshEnd = (number + 1) << this.#shift;
    onChunk(number, chunk);
  }

  /** Gives a slot back: to this thread, also when another one took it. */
  give(slot: number): void {
    this.#free.push(slot);
  }

  /** The chunk that a slot lies in; it begins there at `at`. */
  chunk(slot: number): Int32Array {
    return this.chunks[slot >> this.#shift]!;
  }

  /** Where a slot begins in its chunk. */
  at(slot: number): number {
    return (slot & ((1 << this.#shift) - 1)) * this.#options.slotWords;
  }

  /** Bytes that this thread has added, and those of its list. */
  get bytes(): number {
    return this.#added * ((this.#options.slotWords << this.#shift) * 4) + this.#free.length * 8;
  }
}
