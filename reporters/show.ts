/** One verdict as the terminal reporter prints a failure; for commands that show a single run. */
import type { Verdict } from '../src/record/verdict.ts';
import { failureLines } from './shared/failure.ts';
import { type TerminalStream, terminalOutput } from './shared/output.ts';

/** The lines of a verdict, for this terminal: the stretches that explain it, or all of them. */
export function showVerdict(
  verdict: Verdict,
  stream: TerminalStream,
  env: NodeJS.ProcessEnv,
  stretches: 'what explains it' | 'all' = 'what explains it',
): string {
  const { colors, symbols, columns } = terminalOutput(stream, env);
  const { title, duration, position } = verdict;
  const lines = failureLines(
    { kind: 'fail', title, path: [], duration, position, verdict },
    { colors, symbols, columns },
    stretches === 'all' ? Number.POSITIVE_INFINITY : undefined,
  );
  return [title, ...lines].join('\n');
}
