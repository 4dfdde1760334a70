/** 64-bit fingerprints of states, kept up to date by what changed. Two lanes of 32 bits: a sum over the words, each mixed with its place. */

function mixA(word: number, place: number): number {
  let h = Math.imul(word ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function mixB(word: number, place: number): number {
  let h = Math.imul(word + Math.imul(place + 1, 0x27d4eb2f), 0x165667b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 14);
}

/** Whether four words from here on are the same in both. */
function areSame(a: Int32Array, b: Int32Array, i: number): boolean {
  return ((a[i]! ^ b[i]!) | (a[i + 1]! ^ b[i + 1]!) | (a[i + 2]! ^ b[i + 2]!) | (a[i + 3]! ^ b[i + 3]!)) === 0;
}

/** A fingerprint: `high` and `low` are its lanes. */
export class Fingerprint {
  high = 0;
  low = 0;
  /** The places of the words that differed at the last `change`; the first `nrChanged` are valid. */
  changed = new Int32Array(64);
  nrChanged = 0;

  /** Of a whole state. */
  of(state: Int32Array): void {
    this.high = 0;
    this.low = 0;
    for (let i = 0; i < state.length; i++) {
      this.high = (this.high + mixA(state[i]!, i)) | 0;
      this.low = (this.low + mixB(state[i]!, i)) | 0;
    }
  }

  /** Of `state`, a successor of the state `before` with this fingerprint. */
  change(high: number, low: number, before: Int32Array, state: Int32Array): void {
    let n = 0;
    if (this.changed.length < state.length) this.changed = new Int32Array(state.length);
    const { changed } = this;
    const { length } = state;
    for (let i = 0; i < length; i += 4) {
      /* most words are as they were */
      if (i + 4 <= length && areSame(before, state, i)) continue;
      for (let at = i; at < i + 4 && at < length; at++) {
        const old = before[at]!;
        const now = state[at]!;
        if (old === now) continue;
        changed[n++] = at;
        high = (high + mixA(now, at) - mixA(old, at)) | 0;
        low = (low + mixB(now, at) - mixB(old, at)) | 0;
      }
    }
    this.nrChanged = n;
    this.high = high;
    this.low = low;
  }

  /** Makes the state what it came from at the last `change`. */
  undo(before: Int32Array, state: Int32Array): void {
    const { changed, nrChanged } = this;
    for (let i = 0; i < nrChanged; i++) state[changed[i]!] = before[changed[i]!]!;
  }
}

/** A set of fingerprints that numbers them in the order of insertion, from 0. */
export class FingerprintSet {
  size = 0;
  private capacity = 1 << 12;
  private high = new Int32Array(this.capacity);
  private low = new Int32Array(this.capacity);
  /** The number + 1; 0 for an empty place. */
  private numbers = new Int32Array(this.capacity);

  /** The fingerprint's number; a new one is given the next. */
  numberOf(high: number, low: number): number {
    const mask = this.capacity - 1;
    let place = (low ^ (high >>> 7)) & mask;
    for (;;) {
      const number = this.numbers[place]!;
      if (number === 0) break;
      if (this.high[place] === high && this.low[place] === low) return number - 1;
      place = (place + 1) & mask;
    }
    this.high[place] = high;
    this.low[place] = low;
    this.numbers[place] = ++this.size;
    if (this.size * 10 > this.capacity * 6) this.grow();
    return this.size - 1;
  }

  private grow(): void {
    const { high, low, numbers } = this;
    this.capacity *= 2;
    const mask = this.capacity - 1;
    this.high = new Int32Array(this.capacity);
    this.low = new Int32Array(this.capacity);
    this.numbers = new Int32Array(this.capacity);
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === 0) continue;
      let place = (low[i]! ^ (high[i]! >>> 7)) & mask;
      while (this.numbers[place] !== 0) place = (place + 1) & mask;
      this.high[place] = high[i]!;
      this.low[place] = low[i]!;
      this.numbers[place] = numbers[i]!;
    }
  }
}
