/** A verdict as an error, so that any Mocha reporter and any editor can show it. */
import type { Position } from '../model/case.ts';
import { callText } from '../record/program-text.ts';
import type { Verdict, Violation } from '../record/verdict.ts';

/** A case that did not pass. Its stack is the place in the scenario file: there is nothing to see in ours. */
export class CaseFailed extends Error {
  override readonly name: string = 'CaseFailed';
  /** With one violation Mocha shows the difference of these. */
  readonly expected?: string;
  readonly actual?: string;
  readonly showDiff: boolean;

  constructor(message: string, title: string, position: Position, only?: Violation) {
    super(message);
    this.stack = `${message}\n    at ${title} (${position.file}:${position.line}:${position.column})`;
    this.showDiff = only?.expected !== undefined && only.actual !== undefined;
    if (only?.expected !== undefined && only.actual !== undefined) {
      this.expected = only.expected;
      this.actual = only.actual;
    }
  }
}

/** The error of a verdict whose status is `fail`, `flaky`, `incomplete` or `error`. */
export function toFailure(verdict: Verdict): CaseFailed {
  const { violations, title, position } = verdict;
  const { status, reason } = verdict;
  if (status === 'error') return new CaseFailed(reason ?? 'the run broke', title, position);
  if (status === 'incomplete') return new CaseFailed(`incomplete: ${reason}`, title, position);
  const message = [
    ...(status === 'flaky' ? [`flaky: ${reason}`] : []),
    ...violations.map((violation) => `${violation.property}: ${violation.message}`),
    ...criuReasons(verdict),
  ].join('\n');
  const only = violations.length === 1 ? violations[0] : undefined;
  return new CaseFailed(message, title, only?.position ?? position, only);
}

/** What CRIU itself says of each call that did not succeed: for reporters that know nothing of a verdict. */
function criuReasons({ record }: Verdict): string[] {
  const calls = record?.criu ? [record.criu.dump, record.criu.restore, record.criu.again] : [];
  return calls.flatMap((run) => (run === undefined || run.exit === 0 ? [] : [`CRIU: ${callText(run)}`]));
}
