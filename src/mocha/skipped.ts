/** The skipped cases of a run: reported on standard error, once for each reason. */

import { count } from '../../reporters/words/numbers.ts';
import { Skips } from '../../reporters/words/skips.ts';
import { EXIT, type ExitCode } from '../boundary/exit-code.ts';
import { harmless } from '../boundary/harmless.ts';

export interface SkipRule {
  /** A skipped case is not accepted (`--fail-on-skip`). */
  readonly failOnSkip: boolean;
  /** A reporter prints the reasons on the terminal already. */
  readonly printed: boolean;
}

/** Counts what ran and what did not. */
export class Skipped {
  readonly #skips = new Skips();
  readonly #rule: SkipRule;
  #ran = 0;

  constructor(rule: SkipRule) {
    this.#rule = rule;
  }

  ran(): void {
    this.#ran += 1;
  }

  skip(reason: string | undefined): void {
    this.#skips.add(reason);
  }

  /** The exit code of a run that is `ok` in all that ran: 2, and why on standard error, when nothing ran or no case may be skipped. */
  judge(): ExitCode {
    const { total } = this.#skips;
    const { failOnSkip, printed } = this.#rule;
    if (total === 0 || (this.#ran > 0 && !failOnSkip)) return EXIT.ok;
    const what = `${count(total, 'case')} ${total === 1 ? 'was' : 'were'} skipped`;
    const lines = [this.#ran === 0 ? `nothing was run: ${what}` : `${what}, which --fail-on-skip does not accept`];
    if (!printed) lines.push(...this.#skips.lines().map((line) => `  ${line}`));
    process.stderr.write(`mktrouble: ${lines.map((line) => harmless(line)).join('\n')}\n`);
    return EXIT.input;
  }
}
