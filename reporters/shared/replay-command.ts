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

/** Mocha's --grep takes a regular expression. What could not be pasted into a shell is any character. */
function asPattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(UNPRINTABLE, '[^]');
}

function line(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** Shell quoting: POSIX, but for control characters, which only the `$'…'` of bash, zsh and ksh can show. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (word.search(UNPRINTABLE) === -1) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replace(/[\\']/g, '\\$&').replace(UNPRINTABLE, (c) => [...Buffer.from(c)].map(octal).join(''));
  return `$'${escaped}'`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/gu;
