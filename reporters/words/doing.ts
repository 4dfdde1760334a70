/** What a task is doing, as a sign and in words. Runs in a browser too. */

import type { Doing, LaneState } from '../shared/playback.ts';
import { result } from './events.ts';
import { type Symbols, UNICODE } from './signs.ts';

const WORDS: Readonly<Record<Doing, string>> = {
  outside: 'not in restart yet',
  runs: 'runs',
  sleeps: 'sleeps',
  frozen: 'frozen',
  resumed: 'back in user space',
  returned: 'returned',
  killed: 'killed',
  exited: 'exited',
  zombie: 'zombie',
  unborn: 'not forked yet',
};

/** What a task is doing, as one character. */
export function doingSign(doing: Doing, symbols: Symbols = UNICODE): string {
  const { dot, right, paused, frozen, pass, fail } = symbols;
  const signs = { outside: dot, runs: right, sleeps: paused, frozen, resumed: pass, killed: fail, exited: fail };
  return { ...signs, returned: pass, zombie: 'Z', unborn: ' ' }[doing];
}

/** What a lane is doing, with the place where it does it. */
export function doingWords({ doing, point, on, result: value }: LaneState): string {
  const words = WORDS[doing];
  if (doing === 'sleeps') return `sleeps${point === undefined ? '' : ` at ${point}`} on ${on}`;
  if (doing === 'runs') return point === undefined ? words : `at ${point}`;
  if (doing === 'returned' && value !== undefined) return `${words} ${result(value)}`;
  if (doing === 'resumed' && value !== undefined) return `${words} with ${result(value)}`;
  return words;
}
