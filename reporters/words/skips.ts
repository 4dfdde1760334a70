/** Why cases were skipped: counted by reason, so that each reason is printed once. */
import { count } from './numbers.ts';

/** More reasons than this are counted. */
const REASONS = 20;

export class Skips {
  readonly #reasons = new Map<string, number>();
  #total = 0;

  add(reason: string | undefined): void {
    const words = reason ?? 'no reason given';
    this.#total += 1;
    this.#reasons.set(words, (this.#reasons.get(words) ?? 0) + 1);
  }

  get total(): number {
    return this.#total;
  }

  /** `12 cases: criu: there is no CRIU here`, the most frequent first. */
  lines(): string[] {
    const all = [...this.#reasons].sort((a, b) => b[1] - a[1]);
    const more = all.slice(REASONS);
    const rest = more.reduce((sum, [, n]) => sum + n, 0);
    return [
      ...all.slice(0, REASONS).map(([reason, n]) => `${count(n, 'case')}: ${reason}`),
      ...(more.length > 0 ? [`${count(rest, 'case')} for ${count(more.length, 'other reason')}`] : []),
    ];
  }
}
