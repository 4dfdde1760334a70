/** The area of restartable sequences of a thread, as the images have it: the kernel writes it, whatever the program does. */
import type { Hole } from '../../census/memory.ts';
import { readImage } from './file.ts';
import { readMessage } from './wire.ts';

/** core.proto: core_entry.thread_core is 5, thread_core_entry.rseq_entry is 15, and in it pointer and size are 1 and 2. */
const THREAD_CORE = 5;
const RSEQ = 15;
const POINTER = 1;
const SIZE = 2;

/** The area of a thread in which the kernel writes the number of its processor (rseq(2)), as its core image names it. */
export function findRseq(core: Uint8Array): Hole | undefined {
  const record = readImage(core)?.records[0];
  const fields = record && follow(record, [THREAD_CORE, RSEQ]);
  const number = (wanted: number): number => {
    const field = fields?.find(({ number }) => number === wanted);
    return field?.type === 'varint' ? Number(field.value) : 0;
  };
  const start = number(POINTER);
  return start === 0 ? undefined : { start, bytes: number(SIZE) };
}

function follow(bytes: Uint8Array, path: readonly number[]): ReturnType<typeof readMessage> {
  const fields = readMessage(bytes);
  const [first, ...rest] = path;
  if (first === undefined) return fields;
  const field = fields?.find(({ number }) => number === first);
  return field?.type === 'bytes' ? follow(field.bytes, rest) : undefined;
}
