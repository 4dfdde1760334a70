/**
 * Parts of scenario files. Mocha hands whole files to its workers, and a worker reports when its file is done; a file of
 * ten thousand cases would keep one worker busy, say nothing for minutes, and then be too large to send. A shard is a
 * small file that stands for some of the tests of a scenario file.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { readText } from '../boundary/read-file.ts';

/** The end of a shard's name; longer than `.yaml`, so that Node prefers its handler. */
export const SHARD_EXTENSION = '.shard.yaml';

/** Tests in a shard: enough to make little of its cost, few enough to be sent with all their records. */
const SHARD_SIZE = 64;

export interface Shard {
  /** The scenario file, as an absolute path. */
  readonly file: string;
  /** Which of the tests that are selected in it: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** What to give to Mocha for a file with so many tests: the file itself, or shards of it, in a folder made for them. */
export function makeShards(file: string, tests: number, folder: string): string[] {
  if (tests <= SHARD_SIZE) return [file];
  mkdirSync(folder);
  return Array.from({ length: Math.ceil(tests / SHARD_SIZE) }, (_, i) => {
    const shard: Shard = { file, from: i * SHARD_SIZE, to: Math.min((i + 1) * SHARD_SIZE, tests) };
    const name = path.join(folder, `${i}${SHARD_EXTENSION}`);
    writeFileSync(name, JSON.stringify(shard), { flag: 'wx' });
    return name;
  });
}

/** What a shard stands for. */
export function readShard(file: string): Shard {
  return SHARD.parse(JSON.parse(readText(file, MAX_SHARD_BYTES)));
}

const MAX_SHARD_BYTES = 1 << 16;
const SHARD = z.strictObject({ file: z.string(), from: z.int().min(0), to: z.int().min(0) });
