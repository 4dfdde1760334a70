/** What became of a case: its name and its sign, in every report. Runs in a browser too. */
import { type Symbols, UNICODE } from './signs.ts';

/** The worst first. `known`: passed, and showed a known defect. */
export const VERDICTS = ['fail', 'error', 'flaky', 'incomplete', 'known', 'skip', 'pass'] as const;
export type VerdictName = (typeof VERDICTS)[number];

export const VERDICT_NAMES: Readonly<Record<VerdictName, string>> = {
  fail: 'failed',
  error: 'broken',
  flaky: 'flaky',
  incomplete: 'incomplete',
  known: 'known defect',
  skip: 'skipped',
  pass: 'passed',
};

export function verdictSign(verdict: VerdictName, symbols: Symbols = UNICODE): string {
  return symbols[verdict === 'error' ? 'broken' : verdict];
}
