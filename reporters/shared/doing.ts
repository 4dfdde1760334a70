/** What a task is doing, as a sign and in words. Runs in a browser too. */
import { result } from './describe.ts';
import type { Doing, LaneState } from './playback.ts';

export const DOING: Readonly<Record<Doing, { readonly sign: string; readonly words: string }>> = {
  outside: { sign: '·', words: 'not in restart yet' },
  runs: { sign: '▶', words: 'runs' },
  sleeps: { sign: '‖', words: 'sleeps' },
  frozen: { sign: '❄', words: 'frozen' },
  resumed: { sign: '✓', words: 'back in user space' },
  killed: { sign: '✗', words: 'killed' },
  exited: { sign: '✗', words: 'exited' },
  zombie: { sign: 'Z', words: 'zombie' },
  unborn: { sign: ' ', words: 'not born yet' },
};

/** What a lane is doing, with the place where it does it. */
export function doingWords({ doing, point, on, result: value }: LaneState): string {
  const { words } = DOING[doing];
  if (doing === 'sleeps') return `sleeps${point === undefined ? '' : ` at ${point}`} on ${on}`;
  if (doing === 'runs') return point === undefined ? 'in restart' : `at ${point}`;
  if (doing === 'resumed' && value !== undefined) return `${words} with ${result(value)}`;
  return words;
}
