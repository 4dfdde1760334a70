/**
 * Portions of scenario files. Mocha hands whole files to its workers, and a worker reports when its file is done; a file of
 * ten thousand cases would keep one worker busy, say nothing for minutes, and then be too large to send. A portion is a
 * small file that stands for some of the tests of a scenario file.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { readText } from '../boundary/read-file.ts';

/** The end of a portion's name; longer than `.yaml`, so that Node prefers its handler. */
export const PORTION_EXTENSION = '.portion.yaml';

/** Tests in a portion: enough to make little of its cost, few enough to be sent with all their records. */
const MAX_TESTS = 64;

export interface Portion {
  /** The scenario file, as an absolute path. */
  readonly file: string;
  /** Which of the tests that the options select in it, counted from 0; in order. */
  readonly tests: readonly number[];
}

export interface PortionRequest {
  readonly file: string;
  /** How many tests the options select in the file. */
  readonly total: number;
  /** Which of them are run; all by default. */
  readonly chosen?: readonly number[];
  /** Tests in a portion, at most; 64 by default, and never more. */
  readonly size?: number;
  /** A folder that does not exist. */
  readonly folder: string;
}

/** What to give to Mocha for a file: the file itself, or portions of it, in a folder made for them. */
export function makePortions({ file, total, chosen, folder, size = MAX_TESTS }: PortionRequest): string[] {
  const most = Math.max(1, Math.min(size, MAX_TESTS));
  const tests = chosen ?? Array.from({ length: total }, (_, i) => i);
  if (tests.length === 0) return [];
  if (tests.length === total && total <= most) return [file];
  mkdirSync(folder);
  return Array.from({ length: Math.ceil(tests.length / most) }, (_, i) => {
    const portion: Portion = { file, tests: tests.slice(i * most, (i + 1) * most) };
    const name = path.join(folder, `${i}${PORTION_EXTENSION}`);
    writeFileSync(name, JSON.stringify(portion), { flag: 'wx' });
    return name;
  });
}

/** What a portion stands for. */
export function readPortion(file: string): Portion {
  return PORTION.parse(JSON.parse(readText(file, MAX_PORTION_BYTES)));
}

const MAX_PORTION_BYTES = 1 << 16;
const PORTION = z.strictObject({ file: z.string(), tests: z.array(z.int().min(0)).max(MAX_TESTS) });
