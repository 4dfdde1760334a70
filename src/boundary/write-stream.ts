/**
 * Text for devices and FIFOs: nothing to replace, and nothing to take back. A reader may be slower than this program, or read
 * nothing at all: what it has not taken yet is kept, and written while the program does other work, so that a signal still
 * ends it at once.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from './exit-code.ts';
import { harmless } from './harmless.ts';
import { systemErrorCode, systemReason } from './system-error.ts';

/** Milliseconds that a reader may take nothing of a stream that is closed. */
const PATIENCE = 10_000;
/** The same when the process is about to exit. */
const LAST_PATIENCE = 100;
/** Milliseconds between two attempts. */
const PAUSE = 10;
/** Bytes that are kept for a reader. */
const MAX_KEPT = 256 << 20;

/** Streams that are open. */
const open = new Set<TextStream>();
let hasListener = false;
let isExiting = false;
let lost = 0;

/** A stream that is written piece by piece. A reader that goes away (`| head`) is no error. */
export class TextStream {
  readonly #file: string;
  readonly #fd: number;
  #kept: Uint8Array[] = [];
  #bytes = 0;
  #isClosing = false;
  /** When the reader took something last, or all that there was. */
  #last = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** Throws what the system says when it cannot be opened. */
  constructor(file: string) {
    const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants;
    this.#file = file;
    this.#fd = openSync(file, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
    if (!hasListener) process.once('exit', writeRest);
    hasListener = true;
    open.add(this);
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Throws what the system says. */
  write(text: string): void {
    if (!open.has(this)) return;
    const piece = Buffer.from(text, 'utf8');
    if (this.#kept.length === 0) this.#last = performance.now();
    this.#kept.push(piece);
    this.#bytes += piece.length;
    this.#pass();
    if (this.#bytes > MAX_KEPT) this.lose('its reader is too slow');
  }

  /** Nothing follows; what is kept is passed on. Throws what the system says. */
  close(): void {
    this.#isClosing = true;
    this.#last = performance.now();
    if (isExiting) this.passNow();
    else if (open.has(this)) this.#pass();
  }

  /** Nothing more is passed on. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#kept = [];
    if (open.delete(this)) closeSync(this.#fd);
  }

  /** Nothing more is passed on, which is an error. */
  lose(why: string): void {
    this.drop();
    lost++;
    process.exitCode ??= EXIT.input;
    process.stderr.write(harmless(`mktrouble: what was written to ${this.#file} is not whole: ${why}\n`, true));
  }

  /** Passes on what the reader takes within a moment. */
  passNow(): void {
    const end = performance.now() + LAST_PATIENCE;
    while (open.has(this) && this.#kept.length > 0 && performance.now() < end) {
      this.#pass();
      Atomics.wait(sleeper, 0, 0, 1);
    }
    if (this.#isClosing && open.has(this)) this.lose('its reader takes nothing');
  }

  #pass(): void {
    clearTimeout(this.#timer);
    try {
      for (let [piece] = this.#kept; piece; [piece] = this.#kept) {
        const taken = writeSync(this.#fd, piece);
        this.#last = performance.now();
        this.#bytes -= taken;
        if (taken < piece.length) this.#kept[0] = piece.subarray(taken);
        else this.#kept.shift();
      }
      if (this.#isClosing) this.drop();
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EAGAIN') return this.#passLater();
      this.drop();
      if (code !== 'EPIPE') throw error;
    }
  }

  #passLater(): void {
    if (this.#isClosing && performance.now() - this.#last > PATIENCE) return this.lose('its reader takes nothing');
    this.#timer = setTimeout(() => {
      try {
        this.#pass();
      } catch (error) {
        this.lose(systemReason(error));
      }
    }, PAUSE);
    // Until it is closed there is other work, or the program is over.
    if (!this.#isClosing) this.#timer.unref();
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function writeRest(): void {
  isExiting = true;
  for (const stream of [...open]) stream.passNow();
}

/**
 * Waits until the readers of closed streams have taken all, or are given up, at once when the signal is aborted: how many
 * streams were not whole since this was asked last.
 */
export async function flushStreams(signal?: AbortSignal): Promise<number> {
  for (;;) {
    const closing = [...open].filter((stream) => stream.isClosing);
    if (closing.length === 0) {
      const count = lost;
      lost = 0;
      return count;
    }
    if (signal?.aborted) for (const stream of closing) stream.passNow();
    else await sleep(PAUSE);
  }
}
