/** The mappings of a process that is held, and what is in them. */
import { readImage } from '../images/file.ts';
import { readMessage } from '../images/wire.ts';
import type { Kind } from './kind.ts';
import { describeRange, isOfKernel, type Mapping, parseMappings } from './mappings.ts';
import { type Hole, Memory } from './memory.ts';

/** `holes`: by pid, as /proc names it. */
export function contents(holes: readonly Hole[]): Kind {
  return {
    of: 'process',
    changes: true,
    read(process) {
      const mappings = parseMappings(process.text('smaps'));
      const memory = openMemory(process.path, holes);
      try {
        return Object.fromEntries(
          mappings
            .filter((mapping) => !isOfKernel(mapping))
            .flatMap((mapping) => [
              [`mapping ${describeRange(mapping)}`, describeMapping(mapping)],
              [`contents ${describeRange(mapping)}`, memory?.checksum(mapping) ?? ''],
            ]),
        );
      } finally {
        memory?.close();
      }
    },
  };
}

/** Undefined where the process is gone, or may not be read. */
export function openMemory(folder: string, holes: readonly Hole[]): Memory | undefined {
  try {
    return new Memory(folder, holes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return undefined;
  }
}

/** `rw-s /memfd:name from 0 (rd wr sh)`. */
export function describeMapping({ access, name, offset, flags }: Mapping): string {
  const file = name.startsWith('/') ? ` ${name} from ${offset}` : name === '' ? '' : ` ${name}`;
  return `${access}${file} (${flags})`;
}

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
