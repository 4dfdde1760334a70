/** Which states a search has met, by their fingerprints, and how near. All of a state's entry lies together: a look-up is one access to memory. */

/** A list of numbers that grows. */
export class Column {
  private words = new Int32Array(1 << 12);

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

/* An entry's words. */
const HIGH = 0;
const LOW = 1;
/** The state's number + 1; 0 for an empty entry. */
const NUMBER = 2;
const DEPTH = 3;
/** As a shift. */
const ENTRY = 2;

/** A set of fingerprints that numbers them in the order in which they come, from 0. */
export class Visited {
  size = 0;
  private capacity = 1 << 12;
  private entries = new Int32Array(this.capacity << ENTRY);

  /** The state's number when it is new, or nearer than before (steps from the start); else -1. */
  reach(high: number, low: number, depth: number): number {
    const { entries } = this;
    const mask = this.capacity - 1;
    let place = (low ^ (high >>> 7)) & mask;
    for (;;) {
      const entry = place << ENTRY;
      const number = entries[entry + NUMBER]!;
      if (number === 0) break;
      if (entries[entry + LOW] === low && entries[entry + HIGH] === high) {
        if (entries[entry + DEPTH]! <= depth) return -1;
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
    if (this.size * 10 > this.capacity * 6) this.grow();
    return this.size - 1;
  }

  private grow(): void {
    const old = this.entries;
    this.capacity *= 2;
    const mask = this.capacity - 1;
    const entries = new Int32Array(this.capacity << ENTRY);
    for (let from = 0; from < old.length; from += 1 << ENTRY) {
      if (old[from + NUMBER] === 0) continue;
      let place = (old[from + LOW]! ^ (old[from + HIGH]! >>> 7)) & mask;
      while (entries[(place << ENTRY) + NUMBER] !== 0) place = (place + 1) & mask;
      for (let i = 0; i < 1 << ENTRY; i++) entries[(place << ENTRY) + i] = old[from + i]!;
    }
    this.entries = entries;
  }
}
