/** The command that shows a verdict again, ready for a shell. */
import type { Verdict } from '../../src/record/verdict.ts';

/** `mktrouble replay` where a replay file was written, else the same case with the same seed. */
export function replayCommand(verdict: Verdict): string {
  const { replay, backend, position, protocol, record, seed, title, tried } = verdict;
  const on = backend === 'simulated' ? [] : ['--backend', backend];
  if (replay !== undefined) return line(['npx', 'mktrouble', 'replay', replay, ...on]);
  // A run among many has a seed of its own; with it, one schedule is enough.
  const one = record?.seed ?? undefined;
  const schedules =
    one === undefined && tried.strategy === 'random' && tried.schedules > 1
      ? ['--schedules', String(tried.schedules)]
      : [];
  return line([
    'npx',
    'mktrouble',
    'run',
    position.file,
    '--grep',
    asPattern(title),
    ...on,
    '--protocol',
    protocol,
    '--seed',
    one ?? seed,
    ...(one === undefined ? schedules : ['--schedules', '1']),
  ]);
}

/** Mocha's --grep takes a regular expression. */
function asPattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function line(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** POSIX shell quoting. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
