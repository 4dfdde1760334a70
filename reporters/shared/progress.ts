/**
 * The progress of a run: on a terminal a line at the bottom with a clock; in a log a line from time to time, when one case
 * takes long; in a file nothing.
 */
import { harmless } from '../../src/boundary/harmless.ts';
import type { Progress as CaseProgress } from '../../src/record/progress.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { count, duration, grouped } from '../words/numbers.ts';
import type { Output } from './output.ts';
import { type CaseResult, isFinding } from './result.ts';
import { cut } from './text.ts';

/** Milliseconds between two updates of the line. */
const EVERY = 100;
/** Milliseconds between two drawings while one case takes its time. */
const TICK = 500;
/** Milliseconds between two lines in a log while one case takes its time. */
const EVERY_IN_LOG = 60_000;

interface Options {
  /** Milliseconds of a clock. */
  readonly now?: () => number;
  /** Called for a finding while its case is still under way: the finding, the title of the case, and after how many milliseconds. */
  readonly found?: (finding: Violation, title: string, after: number) => void;
}

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
  #logged = 0;
  #reported = false;
  #read: () => CaseProgress | undefined = () => undefined;
  #tick: NodeJS.Timeout | undefined;
  readonly #found: Options['found'];

  constructor(out: Output, total: number | undefined, options: Options = {}) {
    const { now = () => performance.now(), found } = options;
    this.#out = out;
    this.#total = total;
    this.#now = now;
    this.#found = found;
    this.#started = now();
  }

  begin(title: string, read: () => CaseProgress | undefined = () => undefined): void {
    this.#title = title;
    this.#read = read;
    this.#reported = false;
    this.#begun = this.#now();
    this.#logged = this.#begun;
    this.#draw();
    // A search handles pending events between its slices, so the line is updated while it runs.
    if (Number.isFinite(this.#out.columns)) this.#tick ??= setInterval(() => this.tick(), TICK).unref();
  }

  /** Prints news of the running case. */
  tick(): void {
    const finding = this.#read()?.finding;
    if (finding && !this.#reported) {
      this.#reported = true;
      this.#found?.(finding, this.#title, this.#now() - this.#begun);
    }
    this.#draw();
    if (this.#out.live || this.#now() - this.#logged < EVERY_IN_LOG) return;
    this.#logged = this.#now();
    this.#out.write(`  ${this.#out.symbols.ellipsis} ${this.text()}\n`);
  }

  /** Nothing is drawn any more. */
  end(): void {
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  add({ kind, verdict }: CaseResult): void {
    this.#done += 1;
    if (isFinding(kind) || kind === 'error') this.#findings += 1;
    this.#title = '';
    this.#read = () => undefined;
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
      this.#states > 0 ? `${grouped(perSecond(this.#states))} states/s` : `${perSecond(this.#schedules)} runs/s`;
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

  /** `(1 min 3 s, 12,345 states, 210 states/s)`: how long the case under way has been, when it is long, and how far it is. */
  #taking(): string {
    const ms = this.#now() - this.#begun;
    if (ms < TICK) return '';
    const { doing, states, schedules } = this.#read() ?? {};
    const rate = (n: number): string => grouped(Math.round((n * 1000) / ms));
    const searched =
      states !== undefined
        ? [count(states, 'state'), `${rate(states)} states/s`]
        : schedules !== undefined
          ? [count(schedules, 'schedule'), `${rate(schedules)} schedules/s`]
          : [];
    const parts = [duration(ms), ...(doing === 'shrinking' ? ['making the case smaller'] : searched)];
    return ` (${parts.join(', ')})`;
  }
}
