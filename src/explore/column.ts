/** Lists of numbers that grow. */

/** As a shift: numbers in a chunk of a column. */
const CHUNK = 16;
const IN_CHUNK = (1 << CHUNK) - 1;

/** A list of numbers that grows by chunks: nothing is ever copied. */
export class Column {
  private readonly chunks: Int32Array[] = [];

  at(i: number): number {
    return this.chunks[i >> CHUNK]![i & IN_CHUNK]!;
  }

  set(i: number, value: number): void {
    let chunk = this.chunks[i >> CHUNK];
    if (chunk === undefined) {
      chunk = new Int32Array(1 << CHUNK);
      this.chunks[i >> CHUNK] = chunk;
    }
    chunk[i & IN_CHUNK] = value;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.chunks.length << (CHUNK + 2);
  }
}

/** Rows of equally many numbers, one after the other. */
export class Rows {
  #words = new Int32Array(64);
  /** Words of all rows. */
  length = 0;

  /** Makes room for a row of so many numbers, at the place that it returns in `words`. */
  add(width: number): number {
    const at = this.length;
    this.length += width;
    if (this.length > this.#words.length) this.#grow();
    return at;
  }

  get words(): Int32Array {
    return this.#words;
  }

  #grow(): void {
    const words = new Int32Array(this.length * 2);
    words.set(this.#words);
    this.#words = words;
  }

  /** A copy of the rows, which are gone after it. */
  take(): Int32Array<ArrayBuffer> {
    const taken = this.#words.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}
