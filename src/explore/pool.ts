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
  private readonly share: ((chunk: Int32Array) => void) | undefined;

  /** `slotWords`: the size of every slot. `share`: called with each chunk, which other threads may then read, as it is made. */
  constructor(slotWords: number, share?: (chunk: Int32Array) => void) {
    this.slotWords = slotWords;
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK_WORDS / slotWords)));
    this.share = share;
  }

  /** A slot that nothing else uses. */
  take(): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >> this.shift >= this.chunks.length) this.addChunk();
    return slot;
  }

  private addChunk(): void {
    const words = this.slotWords << this.shift;
    const chunk = new Int32Array(this.share ? new SharedArrayBuffer(words * 4) : new ArrayBuffer(words * 4));
    this.add(chunk);
    this.share?.(chunk);
  }

  /** Adds the next chunk of another thread's pool, of which this one is a view. */
  add(chunk: Int32Array): void {
    this.chunks.push(chunk);
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
