/** The threads of a search, as each of them sees the others: what they announce, and where they wait for each other. */
import type { FoundEnd } from './expansion.ts';
import type { News, Peers } from './states.ts';

/** A way to another thread. */
export interface Channel {
  send(message: Message): void;
  /** The oldest message that was not received; undefined: there is none. */
  receive(): Message | undefined;
}

/** The states that a thread has for a depth, and how many it has for later ones. */
interface Run {
  readonly rows: Int32Array;
  readonly nrLater: number;
}

/** What a thread did at a depth. */
export interface Report {
  readonly expanded: Int32Array;
  readonly ends: readonly FoundEnd[];
  /** Of the thread, up to now: */
  readonly states: number;
  readonly transitions: number;
  readonly bytes: number;
}

export type Message = { readonly news: News } | { readonly run: Run } | { readonly report: Report };

/* Words that all threads share. */
const NR_ARRIVED = 0;
const ROUND = 1;
/** The next row to expand, at even depths and at odd ones. */
const NEXT = 2;
export const CREW_WORDS = 4;

/** Rows that a thread expands before it takes the next. */
const ROWS = 32;
/** Milliseconds after which a thread that waits gets a turn. */
const TURN = 20;

export interface CrewOptions {
  readonly index: number;
  /** Ways to the other threads; none to itself. */
  readonly channels: readonly (Channel | undefined)[];
  readonly words: Int32Array;
}

export class Crew implements Peers {
  readonly #index: number;
  readonly #channels: readonly (Channel | undefined)[];
  readonly #others: readonly Channel[];
  readonly #words: Int32Array;
  /** Received while something else was waited for, by thread. */
  readonly #kept: Message[][];
  /** Takes what the others announce. */
  learn: (news: News) => void = () => {};

  constructor({ index, channels, words }: CrewOptions) {
    this.#index = index;
    this.#channels = channels;
    this.#others = channels.filter((channel) => channel !== undefined);
    this.#words = words;
    this.#kept = channels.map(() => []);
  }

  announce(news: News): void {
    for (const other of this.#others) other.send({ news });
  }

  listen(): void {
    for (const [from, channel] of this.#channels.entries()) {
      for (let message = channel?.receive(); message; message = channel!.receive()) {
        if ('news' in message) this.learn(message.news);
        else this.#kept[from]!.push(message);
      }
    }
  }

  /** Exchanges the states of a depth: those of each thread, and whether none is left at any depth. Yields while it waits. */
  *exchange(
    depth: number,
    rows: Int32Array,
    nrLater: number,
  ): Generator<void, { runs: Int32Array[]; isLast: boolean }> {
    const own: Run = { rows, nrLater };
    for (const other of this.#others) other.send({ run: own });
    yield* this.meet();
    // Every thread is done with the depth before, and none asks for rows of the next before it has met this one again.
    if (this.#index === 0) Atomics.store(this.#words, NEXT + ((depth + 1) & 1), 0);
    const runs = this.#channels.map((channel, from) => (channel ? this.#await(from, 'run') : own));
    const isLast = runs.every((run) => run.rows.length === 0 && run.nrLater === 0);
    return { runs: runs.map((run) => run.rows), isLast };
  }

  /** The first of the rows that this thread is to expand next; as many rows as there are, or more, when none is left. */
  take(depth: number): number {
    return Atomics.add(this.#words, NEXT + (depth & 1), ROWS);
  }

  /** Reports to the first thread. */
  report(report: Report): void {
    this.#channels[0]!.send({ report });
  }

  /** The reports of the other threads, which they have sent before they were met. */
  takeReports(): Report[] {
    return this.#channels.flatMap((channel, from) => (channel ? [this.#await(from, 'report')] : []));
  }

  /** Waits until every thread is here. Yields while it waits. */
  *meet(): Generator<void, void> {
    const words = this.#words;
    const round = Atomics.load(words, ROUND);
    if (Atomics.add(words, NR_ARRIVED, 1) === this.#channels.length - 1) {
      Atomics.store(words, NR_ARRIVED, 0);
      Atomics.add(words, ROUND, 1);
      Atomics.notify(words, ROUND);
      return;
    }
    while (Atomics.load(words, ROUND) === round) {
      if (Atomics.wait(words, ROUND, round, TURN) === 'timed-out') yield;
    }
  }

  /** The next message of this kind, which has been sent; what was announced before it is learnt. */
  #await(from: number, kind: 'run'): Run;
  #await(from: number, kind: 'report'): Report;
  #await(from: number, kind: 'run' | 'report'): Run | Report {
    for (;;) {
      const message = this.#kept[from]!.shift() ?? this.#channels[from]!.receive();
      if (message === undefined) throw new Error(`thread ${from} of the search has sent no ${kind}`);
      if ('news' in message) this.learn(message.news);
      else if (kind === 'run' && 'run' in message) return message.run;
      else if (kind === 'report' && 'report' in message) return message.report;
      else throw new Error(`thread ${from} of the search has sent something else than a ${kind}`);
    }
  }
}

/** The first row after those that start here, of so many. */
export function endOfRows(from: number, nrRows: number): number {
  return Math.min(from + ROWS, nrRows);
}
