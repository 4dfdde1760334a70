/**
 * The contents of the memory of a process that is held: a checksum of each mapping, over the pages that are not zero, so that a
 * page that was never touched equals one that has been.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { isOfKernel, type Mapping } from './mappings.ts';

const PAGE = 4096;
/** Bytes that are read at once: what a cache of the processor holds. */
const PIECE = 1 << 18;
const ZERO = Buffer.alloc(PAGE);
/** Bytes of an entry in pagemap, and its bits that count (proc_pid_pagemap(5)). */
const ENTRY = 8;
const PRESENT = 0x80;
const SWAPPED = 0x40;
const OF_A_FILE = 0x20;
/** Shared memory is read whole: a hole looks like a page that this process has not touched. A larger mapping is left out. */
const MOST_SHARED = 1 << 30;

/** Bytes that the kernel itself writes while the process runs: they do not count. */
export interface Hole {
  readonly start: number;
  readonly bytes: number;
}

interface Run {
  readonly start: number;
  readonly end: number;
}

/** A checksum for each mapping, in hexadecimal; `undefined` for one without contents of its own, or that cannot be read. */
export class Memory {
  readonly #memory: number;
  readonly #pagemap: number;
  readonly #folder: string;
  readonly #holes: readonly Hole[];
  readonly #buffer = Buffer.alloc(PIECE);
  /** Bytes that were read. */
  bytes = 0;

  /** `folder`: of the process, in /proc. Throws an error of the system when the process is gone. */
  constructor(folder: string, holes: readonly Hole[] = []) {
    this.#folder = folder;
    this.#holes = holes;
    this.#memory = openSync(`${folder}/mem`, 'r');
    this.#pagemap = openSync(`${folder}/pagemap`, 'r');
  }

  close(): void {
    closeSync(this.#memory);
    closeSync(this.#pagemap);
  }

  checksum(mapping: Mapping): string | undefined {
    if (isOfKernel(mapping)) return undefined;
    // What a device has behind it is not memory of the program.
    if (/\b(io|pf)\b/.test(mapping.flags)) return undefined;
    try {
      if (mapping.access[3] === 's') return this.#shared(mapping);
      if (mapping.anonymous + mapping.swapped === 0) return undefined;
      return mapping.name.startsWith('/') ? this.#changedPages(mapping) : this.#pages(mapping);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      return undefined;
    }
  }

  #shared(mapping: Mapping): string | undefined {
    const { start, end } = mapping;
    return end - start > MOST_SHARED ? undefined : this.#sum([{ start, end }]);
  }

  #pages(mapping: Mapping): string | undefined {
    return this.#sum(this.#runs(mapping));
  }

  /** Of a private mapping of a file: the pages that are not those of the file. */
  #changedPages(mapping: Mapping): string | undefined {
    const { start, firstEnd, offset } = mapping;
    const file = openSync(`${this.#folder}/map_files/${start.toString(16)}-${firstEnd.toString(16)}`, 'r');
    const original = Buffer.alloc(PIECE);
    try {
      return this.#sum(this.#runs(mapping, true), (at, length) => {
        const got = readSync(file, original, 0, length, offset + (at - start));
        return original.fill(0, got, length);
      });
    } finally {
      closeSync(file);
    }
  }

  /** Runs of pages that this process has. */
  *#runs({ start, end }: Mapping, isFile = false): Generator<Run> {
    const entries = Buffer.alloc(Math.min(PIECE, ((end - start) / PAGE) * ENTRY));
    let from: number | undefined;
    for (let at = start; at < end; ) {
      const length = readSync(
        this.#pagemap,
        entries,
        0,
        Math.min(entries.length, ((end - at) / PAGE) * ENTRY),
        (at / PAGE) * ENTRY,
      );
      if (length < ENTRY) break;
      for (let i = 0; i + ENTRY <= length; i += ENTRY, at += PAGE) {
        const bits = entries[i + ENTRY - 1]!;
        const isThere = (bits & (PRESENT | SWAPPED)) !== 0 && !(isFile && bits & OF_A_FILE);
        if (isThere) from ??= at;
        else if (from !== undefined) {
          yield { start: from, end: at };
          from = undefined;
        }
      }
    }
    if (from !== undefined) yield { start: from, end };
  }

  /** The checksum of all pages but those that are zero, or equal to the original. */
  #sum(runs: Iterable<Run>, readOriginal?: (at: number, length: number) => Buffer): string | undefined {
    const buffer = this.#buffer;
    let sum = 0;
    // Where the pages end that are in the sum: a page behind a gap is preceded by its address, for one that has moved is another.
    let summed = 0;
    for (const { start, end } of runs) {
      for (let at = start; at < end; at += PIECE) {
        const length = this.#read(at, Math.min(PIECE, end - at));
        const original = readOriginal?.(at, length);
        for (let page = 0; page < length; ) {
          const first = page;
          while (page < length && !isZero(buffer, page) && !isEqual(buffer, original, page)) page += PAGE;
          if (page > first) {
            if (summed !== at + first) sum = (sum ^ ((at + first) / PAGE)) >>> 0;
            sum = crc32(buffer.subarray(first, page), sum);
            summed = at + page;
          } else page += PAGE;
        }
      }
    }
    // Nothing but zeroes: the same as nothing.
    return sum === 0 ? undefined : sum.toString(16).padStart(8, '0');
  }

  /** Reads a piece, without the holes. */
  #read(at: number, length: number): number {
    const got = readSync(this.#memory, this.#buffer, 0, length, at);
    this.bytes += got;
    for (const { start, bytes } of this.#holes) {
      const from = Math.max(start, at);
      const to = Math.min(start + bytes, at + got);
      if (from < to) this.#buffer.fill(0, from - at, to - at);
    }
    return got;
  }
}

function isZero(buffer: Buffer, page: number): boolean {
  // Most pages that are not zero begin with something else.
  return buffer[page] === 0 && buffer[page + 8] === 0 && ZERO.compare(buffer, page, page + PAGE) === 0;
}

function isEqual(buffer: Buffer, original: Buffer | undefined, page: number): boolean {
  return original !== undefined && original.compare(buffer, page, page + PAGE, page, page + PAGE) === 0;
}
