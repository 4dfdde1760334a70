/** Counts the failed tests of a run by what they mean, for its exit code. */
import { EXIT, type ExitCode } from '../boundary/exit-code.ts';
import type { Options } from '../config/index.ts';
import { isNew } from '../model/signature.ts';
import type { Verdict } from '../record/verdict.ts';

/** Which findings a run accepts. */
export type Accepting = Pick<Options, 'failOn' | 'allowFlaky'>;

export class FailedTests {
  readonly #accepting: Accepting;
  readonly #counts = { findings: 0, accepted: 0, badInput: 0, incomplete: 0 };

  constructor(accepting: Accepting) {
    this.#accepting = accepting;
  }

  /** `verdict`: undefined for a test that is no scenario. */
  add(verdict: Verdict | undefined): void {
    const counts = this.#counts;
    if (verdict?.status === 'fail' || verdict?.status === 'flaky')
      counts[this.#accepts(verdict) ? 'accepted' : 'findings'] += 1;
    if (verdict?.status === 'incomplete') counts.incomplete += 1;
    if (verdict?.badInput) counts.badInput += 1;
  }

  #accepts({ status, bucket }: Verdict): boolean {
    const { failOn, allowFlaky } = this.#accepting;
    if (allowFlaky && status === 'flaky') return true;
    return failOn === 'new' && bucket !== undefined && !isNew(bucket);
  }

  /** The exit code of a run with this number of failed tests, and of reports that could not be written, which count as failed tests. */
  chooseExitCode(failures: number, unwritten: number): ExitCode {
    const { findings, accepted, badInput, incomplete } = this.#counts;
    // What failed and is none of these: a backend that broke, or a reporter.
    if (failures > findings + accepted + badInput + incomplete + unwritten) return EXIT.defect;
    if (findings > 0) return EXIT.finding;
    if (badInput + unwritten > 0) return EXIT.input;
    return incomplete > 0 ? EXIT.incomplete : EXIT.ok;
  }
}
