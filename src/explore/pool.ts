/** Where a search keeps the states that wait to be expanded: equal slots of words, in chunks, each slot used again when it is free. */

/** Words of a chunk, at least: 4 MiB. */
const CHUNK_WORDS = 1 << 20;

export class Pool {
  private readonly slotWords: number;
  /** As a shift: slots in a chunk. */
  private readonly shift: number;
  private readonly chunks: Int32Array[] = [];
  private readonly free: number[] = [];
  private slots = 0;

  /** `slotWords`: the size of every slot. */
  constructor(slotWords: number) {
    this.slotWords = slotWords;
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK_WORDS / slotWords)));
  }

  /** A slot that nothing else uses. */
  take(): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >> this.shift >= this.chunks.length) this.chunks.push(new Int32Array(this.slotWords << this.shift));
    return slot;
  }

  /** Gives a slot back. */
  give(slot: number): void {
    this.free.push(slot);
  }

  /** The chunk that a slot lies in; it begins there at `at`. */
  chunk(slot: number): Int32Array {
    return this.chunks[slot >> this.shift]!;
  }

  /** Where a slot begins in its chunk. */
  at(slot: number): number {
    return (slot & ((1 << this.shift) - 1)) * this.slotWords;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.chunks.length * ((this.slotWords << this.shift) * 4) + this.free.length * 8;
  }
}
