/**
 * One part of a search that several threads do together: the states whose fingerprints fall to it. All parts expand the
 * states of one depth, then hand each successor to the part that it belongs to. States are expanded in the order of their
 * keys (the parent's place in the order of expansion, then the move), which is the order of a search on one core; so what is
 * found, and by which moves, does not depend on the number of parts.
 */
import type { Machine, Outcome } from '../backends/backend.ts';
import { firstAlone } from './alone.ts';
import { Fingerprint } from './fingerprint.ts';
import { Pool } from './pool.ts';
import { Column, Visited } from './visited.ts';

const EXPANDED = -1;

/* A message to another part: a header for each successor, then the words in which it differs from its parent, as place and value. */
const HIGH = 0;
const LOW = 1;
const DEPTH = 2;
const PARENT = 3;
const MOVER = 4;
/** Where the parent lies in the pool of the part that sends it. */
const SLOT = 5;
const NR_CHANGED = 6;
const HEADER = 7;

/** Words of what `Expanded` says of a state. */
const TRACE_WORDS = 4;

/** An end that a part met: the first with its outcome in this part, or with a fault that had fired in none of its ends. */
export interface PartEnding {
  /** The place of the state in the order of expansion. */
  readonly number: number;
  readonly outcome: Outcome;
  /** The outcome as text. */
  readonly key: string;
  readonly fired: number;
}

/** What a part did at one depth. */
export interface Expanded {
  /** For each state: its place in the order of expansion, that of its parent, the move from there, and the steps done to expand it. */
  readonly trace: Int32Array;
  readonly endings: readonly PartEnding[];
}

/** The states that wait to be expanded at one depth, as they were reached from one part: keys rise. */
interface Run {
  readonly keys: number[];
  readonly states: number[];
}

export interface PartOptions {
  readonly reduce: boolean;
  readonly index: number;
  readonly parts: number;
  /** Called with each chunk of the pool that this part adds. */
  readonly share: (chunk: Int32Array) => void;
}

/** The part that a state belongs to. Other bits of the fingerprint choose its place within that. */
function ownerOf(high: number, parts: number): number {
  return ((Math.imul(high, 0x9e3779b1) >>> 16) * parts) >>> 16;
}

export class Partition {
  readonly #machine: Machine;
  readonly #options: PartOptions;
  readonly #words: number;
  readonly #visited = new Visited();
  readonly #print = new Fingerprint();
  readonly #pool: Pool;
  /** Views of the pools of the other parts. */
  readonly #pools: readonly Pool[];
  readonly #outboxes: readonly Outbox[];
  /** Slots whose states the other parts may still read. */
  #released: number[] = [];
  /* By state number: */
  readonly #depth = new Column();
  readonly #parent = new Column();
  readonly #mover = new Column();
  readonly #slot = new Column();
  /** By depth, then by the part that the states were reached from. */
  readonly #buckets: (Run[] | undefined)[] = [];
  readonly #enabled: Int32Array;
  readonly #moves: Int32Array;
  readonly #seen = new Set<string>();
  #fired = 0;
  #bucketBytes = 0;
  /** The states of the depth under way, in the order of their keys. */
  #level: readonly number[] = [];
  /** States that wait to be expanded. */
  waiting = 0;
  /** Steps done, those before the first state in part 0 only. */
  transitions = 0;

  constructor(machine: Machine, options: PartOptions) {
    const { parts, share } = options;
    this.#machine = machine;
    this.#options = options;
    this.#words = machine.state.length;
    this.#pool = new Pool(this.#words + 2, share);
    this.#pools = Array.from({ length: parts }, () => new Pool(this.#words + 2));
    this.#outboxes = Array.from({ length: parts }, () => new Outbox());
    this.#enabled = new Int32Array(machine.actors.length);
    this.#moves = new Int32Array(machine.actors.length);
  }

  /** States kept. */
  get states(): number {
    return this.#visited.size;
  }

  /** Bytes that this part holds, but for what is small. */
  get bytes(): number {
    const columns = this.#depth.bytes + this.#parent.bytes + this.#mover.bytes + this.#slot.bytes;
    return this.#visited.bytes + columns + this.#pool.bytes + this.#bucketBytes;
  }

  /** Goes to the first state; the part that it belongs to keeps it. */
  start(): void {
    this.#machine.reset();
    const depth = this.#runAlone();
    if (this.#options.index === 0) this.transitions += depth;
    this.#print.of(this.#machine.state);
    if (this.#owner === this.#options.index) this.#reach(-1, -1, depth);
  }

  get #owner(): number {
    return ownerOf(this.#print.high, this.#options.parts);
  }

  /** Adds the next chunk of the pool of another part. */
  addChunk(part: number, chunk: Int32Array): void {
    this.#pools[part]!.add(chunk);
  }

  /** The keys of the states that wait at this depth, rising. */
  begin(depth: number): Float64Array {
    // Every part has read them by now.
    for (const slot of this.#released) this.#pool.give(slot);
    this.#released = [];
    const runs = this.#buckets[depth] ?? [];
    this.#buckets[depth] = undefined;
    const keys: number[] = [];
    const level: number[] = [];
    const at = runs.map(() => 0);
    for (;;) {
      let least = -1;
      for (let run = 0; run < runs.length; run++) {
        if (at[run]! >= runs[run]!.keys.length) continue;
        if (least < 0 || runs[run]!.keys[at[run]!]! < runs[least]!.keys[at[least]!]!) least = run;
      }
      if (least < 0) break;
      const i = at[least]!++;
      const state = runs[least]!.states[i]!;
      const key = runs[least]!.keys[i]!;
      this.#bucketBytes -= 16;
      // It was reached nearer, or by an earlier parent, after it was queued here.
      if (this.#slot.at(state) === EXPANDED || this.#depth.at(state) !== depth || this.#keyOf(state) !== key) continue;
      keys.push(key);
      level.push(state);
    }
    this.#level = level;
    return Float64Array.from(keys);
  }

  /** Expands the states of this depth; `numbers`: the place of each in the order of expansion. */
  expand(depth: number, numbers: Int32Array): Expanded {
    const trace = new Int32Array(this.#level.length * TRACE_WORDS);
    const endings: PartEnding[] = [];
    for (let i = 0; i < this.#level.length; i++) {
      const state = this.#level[i]!;
      const before = this.transitions;
      this.#expandState(state, depth, numbers[i]!, endings);
      trace[i * TRACE_WORDS] = numbers[i]!;
      trace[i * TRACE_WORDS + 1] = this.#parent.at(state);
      trace[i * TRACE_WORDS + 2] = this.#mover.at(state);
      trace[i * TRACE_WORDS + 3] = this.transitions - before;
    }
    this.waiting -= this.#level.length;
    this.#level = [];
    return { trace, endings };
  }

  /** The successors for another part that were found since the last call. */
  takeMessage(part: number): Int32Array<ArrayBuffer> {
    return this.#outboxes[part]!.take();
  }

  /** Receives what another part has found. */
  receive(part: number, message: Int32Array): void {
    const { length } = message;
    for (let at = 0; at < length; at += HEADER + 2 * message[at + NR_CHANGED]!) {
      const depth = message[at + DEPTH]!;
      const parent = message[at + PARENT]!;
      const mover = message[at + MOVER]!;
      const high = message[at + HIGH]!;
      const low = message[at + LOW]!;
      const isNew = this.#visited.size;
      let state = this.#visited.reach(high, low, depth);
      if (state < 0) {
        // Of parents at the same depth the one that comes first counts.
        state = ~state;
        if (this.#depth.at(state) !== depth || this.#slot.at(state) === EXPANDED) continue;
        if (this.#keyOf(state) <= parent * this.#moves.length + mover) continue;
      } else if (state === isNew) this.#slot.set(state, this.#keepChanged(part, message, at));
      this.#queue(state, parent, mover, depth, part);
    }
  }

  #keyOf(state: number): number {
    return this.#parent.at(state) * this.#moves.length + this.#mover.at(state);
  }

  #expandState(state: number, depth: number, number: number, endings: PartEnding[]): void {
    const machine = this.#machine;
    const moves = this.#moves;
    const print = this.#print;
    const slot = this.#slot.at(state);
    const chunk = this.#pool.chunk(slot);
    const from = this.#pool.at(slot);
    const words = this.#words;
    const high = chunk[from + words]!;
    const low = chunk[from + words + 1]!;
    const before = chunk.subarray(from, from + words);
    machine.state.set(before);
    const nrMoves = machine.enabled(moves);
    if (nrMoves === 0) this.#end(number, endings);
    for (let i = 0; i < nrMoves; i++) {
      const actor = moves[i]!;
      machine.step(actor);
      const alone = this.#runAlone();
      this.transitions += 1 + alone;
      print.change(high, low, before, machine.state);
      const owner = this.#owner;
      if (owner === this.#options.index) this.#reach(number, actor, depth + 1 + alone);
      else this.#outboxes[owner]!.push(print, machine.state, depth + 1 + alone, number, actor, slot);
      print.undo(before, machine.state);
    }
    this.#slot.set(state, EXPANDED);
    this.#released.push(slot);
  }

  #runAlone(): number {
    if (!this.#options.reduce) return 0;
    const machine = this.#machine;
    for (let steps = 0; ; steps++) {
      const actor = firstAlone(machine, this.#enabled);
      if (actor < 0) return steps;
      machine.step(actor);
    }
  }

  #end(number: number, endings: PartEnding[]): void {
    const fired = this.#machine.fired?.() ?? 0;
    const outcome = this.#machine.outcome();
    const key = JSON.stringify(outcome);
    if (this.#seen.has(key) && (fired & ~this.#fired) === 0) return;
    this.#seen.add(key);
    this.#fired |= fired;
    endings.push({ number, outcome, key, fired });
  }

  /** The machine is in a state of this part. */
  #reach(parent: number, mover: number, depth: number): void {
    const before = this.#visited.size;
    const state = this.#visited.reach(this.#print.high, this.#print.low, depth);
    if (state < 0) return;
    if (state === before) this.#slot.set(state, this.#keep(this.#machine.state));
    this.#queue(state, parent, mover, depth, this.#options.index);
  }

  #queue(state: number, parent: number, mover: number, depth: number, part: number): void {
    this.#depth.set(state, depth);
    this.#parent.set(state, parent);
    this.#mover.set(state, mover);
    this.#buckets[depth] ??= Array.from({ length: this.#options.parts }, () => ({ keys: [], states: [] }));
    const run = this.#buckets[depth][part]!;
    run.keys.push(this.#keyOf(state));
    run.states.push(state);
    this.#bucketBytes += 16;
  }

  /** Copies a state with the fingerprint at hand into the pool. */
  #keep(state: Int32Array): number {
    this.waiting++;
    const slot = this.#pool.take();
    const chunk = this.#pool.chunk(slot);
    const to = this.#pool.at(slot);
    chunk.set(state, to);
    chunk[to + this.#words] = this.#print.high;
    chunk[to + this.#words + 1] = this.#print.low;
    return slot;
  }

  /** Copies the state of a message into the pool: its parent's words, but for those that changed. */
  #keepChanged(part: number, message: Int32Array, at: number): number {
    const pool = this.#pools[part]!;
    const parent = message[at + SLOT]!;
    const from = pool.at(parent);
    this.#print.high = message[at + HIGH]!;
    this.#print.low = message[at + LOW]!;
    const slot = this.#keep(pool.chunk(parent).subarray(from, from + this.#words));
    const chunk = this.#pool.chunk(slot);
    const to = this.#pool.at(slot);
    const end = at + HEADER + 2 * message[at + NR_CHANGED]!;
    for (let i = at + HEADER; i < end; i += 2) chunk[to + message[i]!] = message[i + 1]!;
    return slot;
  }
}

/** Successors for another part. */
class Outbox {
  #words = new Int32Array(1 << 12);
  #length = 0;

  push(print: Fingerprint, state: Int32Array, depth: number, parent: number, mover: number, slot: number): void {
    const { changed, nrChanged } = print;
    const end = this.#length + HEADER + 2 * nrChanged;
    if (end > this.#words.length) this.#grow(end);
    const words = this.#words;
    const at = this.#length;
    words[at + HIGH] = print.high;
    words[at + LOW] = print.low;
    words[at + DEPTH] = depth;
    words[at + PARENT] = parent;
    words[at + MOVER] = mover;
    words[at + SLOT] = slot;
    words[at + NR_CHANGED] = nrChanged;
    for (let i = 0, to = at + HEADER; i < nrChanged; i++) {
      words[to++] = changed[i]!;
      words[to++] = state[changed[i]!]!;
    }
    this.#length = end;
  }

  #grow(least: number): void {
    const words = new Int32Array(Math.max(least, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }

  take(): Int32Array<ArrayBuffer> {
    const taken = this.#words.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
