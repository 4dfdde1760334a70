/** The line at the bottom of a terminal that says how far a run is. Where the output is no terminal there is none. */

import { harmless } from '../../src/boundary/harmless.ts';
import type { Output } from './output.ts';
import type { CaseResult } from './result.ts';
import { cut } from './text.ts';
import { count, duration } from './words.ts';

/** Milliseconds between two drawings: often enough to live, seldom enough to cost nothing. */
const EVERY = 100;
/** Milliseconds between two drawings while one case takes its time. */
const TICK = 500;

export class Progress {
  readonly #out: Output;
  readonly #total: number | undefined;
  readonly #now: () => number;
  readonly #started: number;
  #drawn = Number.NEGATIVE_INFINITY;
  #done = 0;
  #findings = 0;
  #schedules = 0;
  #states = 0;
  #title = '';
  #begun = 0;
  #tick: NodeJS.Timeout | undefined;

  constructor(out: Output, total: number | undefined, now: () => number = () => performance.now()) {
    this.#out = out;
    this.#total = total;
    this.#now = now;
    this.#started = now();
  }

  begin(title: string): void {
    this.#title = title;
    this.#begun = this.#now();
    this.#draw();
    // A search lets others have their turn between its slices: the line lives while it goes on.
    if (this.#out.live) this.#tick ??= setInterval(() => this.#draw(), TICK).unref();
  }

  /** Nothing is drawn any more. */
  end(): void {
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  add({ kind, verdict }: CaseResult): void {
    this.#done += 1;
    if (kind === 'fail' || kind === 'error') this.#findings += 1;
    this.#schedules += verdict?.tried.schedules ?? 0;
    this.#states += verdict?.tried.states ?? 0;
    this.#draw();
  }

  #draw(): void {
    if (!this.#out.live || this.#now() - this.#drawn < EVERY) return;
    this.#drawn = this.#now();
    this.#out.progress(cut(this.text(), Math.max(10, this.#out.columns - 1), this.#out.symbols.ellipsis));
  }

  /** The line itself. */
  text(): string {
    const ms = Math.max(1, this.#now() - this.#started);
    const perSecond = (n: number): number => Math.round((n * 1000) / ms);
    const { dot } = this.#out.symbols;
    const rate =
      this.#states > 0
        ? `${perSecond(this.#states).toLocaleString('en-US')} states/s`
        : `${perSecond(this.#schedules)} runs/s`;
    const parts = [
      this.#total === undefined ? count(this.#done, 'case') : `${this.#done}/${this.#total} cases`,
      count(this.#findings, 'finding'),
      ...(this.#done > 0 ? [rate] : []),
      ...(this.#total !== undefined && this.#done > 0 && ms > 1000
        ? [`${duration((ms / this.#done) * Math.max(0, this.#total - this.#done))} left`]
        : []),
      ...(this.#title === '' ? [] : [harmless(this.#title) + this.#taking()]),
    ];
    return parts.join(` ${dot} `);
  }

  /** How long the case under way has been, when it is long. */
  #taking(): string {
    const ms = this.#now() - this.#begun;
    return ms < 2_000 ? '' : ` (${duration(ms)})`;
  }
}
