/** The mappings of a process that is held, and what is in them. */
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
