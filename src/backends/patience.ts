/** How much longer than usual everything may take: on a machine that is emulated, or that many share. */
import { BadSurroundings } from './backend.ts';

/**
 * Milliseconds, multiplied by `MKTROUBLE_PATIENCE` where that is set: a number from 1 to 1000. For each limit after which a call, or the start
 * of something, is taken for one that hangs. Throws BadSurroundings for any other value.
 */
export function patiently(milliseconds: number, environment: NodeJS.ProcessEnv = process.env): number {
  const { MKTROUBLE_PATIENCE: text = '1' } = environment;
  const factor = Number(text);
  if (text.trim() === '' || !(factor >= 1 && factor <= 1000))
    throw new BadSurroundings(`MKTROUBLE_PATIENCE is ${JSON.stringify(text)}: a number from 1 to 1000 was expected`);
  return Math.round(milliseconds * factor);
}
