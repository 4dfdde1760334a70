/** Which states a search has met, by their fingerprints, and how near. All of a state's entry lies together: a look-up is one access to memory. */

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

/* An entry's words. */
const HIGH = 0;
const LOW = 1;
/** The state's number + 1; 0 for an empty entry. */
const NUMBER = 2;
const DEPTH = 3;
/** As a shift. */
const ENTRY = 2;

/** As a shift: parts of the set. Each grows by itself, so that no growth holds a search up for long, or doubles its memory. */
const PARTS = 6;

class Part {
  size = 0;
  mask = (1 << 6) - 1;
  entries = new Int32Array((this.mask + 1) << ENTRY);

  grow(): void {
    const old = this.entries;
    const mask = this.mask * 2 + 1;
    const entries = new Int32Array((mask + 1) << ENTRY);
    for (let from = 0; from < old.length; from += 1 << ENTRY) {
      if (old[from + NUMBER] === 0) continue;
      let place = (old[from + LOW]! ^ (old[from + HIGH]! >>> 7)) & mask;
      while (entries[(place << ENTRY) + NUMBER] !== 0) place = (place + 1) & mask;
      for (let i = 0; i < 1 << ENTRY; i++) entries[(place << ENTRY) + i] = old[from + i]!;
    }
    this.mask = mask;
    this.entries = entries;
  }
}

/** A set of fingerprints that numbers them in the order in which they come, from 0. */
export class Visited {
  size = 0;
  /** Bytes that it holds. */
  bytes = 0;
  private readonly parts: Part[] = [];

  constructor() {
    for (let i = 0; i < 1 << PARTS; i++) this.parts.push(new Part());
    for (const { entries } of this.parts) this.bytes += entries.byteLength;
  }

  /** The state's number when it is new, or nearer than before (steps from the start); else its complement, which is negative. */
  reach(high: number, low: number, depth: number): number {
    const part = this.parts[high >>> (32 - PARTS)]!;
    const { entries, mask } = part;
    let place = (low ^ (high >>> 7)) & mask;
    for (;;) {
      const entry = place << ENTRY;
      const number = entries[entry + NUMBER]!;
      if (number === 0) break;
      if (entries[entry + LOW] === low && entries[entry + HIGH] === high) {
        if (entries[entry + DEPTH]! <= depth) return ~(number - 1);
        entries[entry + DEPTH] = depth;
        return number - 1;
      }
      place = (place + 1) & mask;
    }
    const entry = place << ENTRY;
    entries[entry + HIGH] = high;
    entries[entry + LOW] = low;
    entries[entry + NUMBER] = ++this.size;
    entries[entry + DEPTH] = depth;
    if (++part.size * 10 > (mask + 1) * 6) {
      this.bytes += entries.byteLength;
      part.grow();
    }
    return this.size - 1;
  }
}
