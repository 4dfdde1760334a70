/** One verdict as the terminal reporter prints a failure; for commands that show a single run. */
import type { Verdict } from '../src/record/verdict.ts';
import { failureLines } from './shared/failure.ts';
import { type TerminalStream, terminalOutput } from './shared/output.ts';

/** The lines of a verdict, for this terminal: the turns that explain it, or all of them. */
export function showVerdict(
  verdict: Verdict,
  stream: TerminalStream,
  env: NodeJS.ProcessEnv,
  turns: 'what explains it' | 'every turn' = 'what explains it',
): string {
  const { colors, symbols, columns } = terminalOutput(stream, env);
  const { title, duration, position } = verdict;
  const lines = failureLines(
    { kind: 'fail', title, path: [], duration, position, verdict },
    { colors, symbols, columns },
    turns === 'every turn' ? Number.POSITIVE_INFINITY : undefined,
  );
  return [title, ...lines].join('\n');
}
