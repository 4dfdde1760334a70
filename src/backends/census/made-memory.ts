/** The mappings that a task of a declared tree was made with (`resources`), and what is in them. */
import type { CriuFacts } from '../../record/criu.ts';
import { describeMapping, openMemory } from './contents.ts';
import type { Kind } from './kind.ts';
import { describeRange, type Mapping, parseMappings } from './mappings.ts';

/** RESOURCES_AT, and beyond all regions: agent/resource.h. */
const FROM = 0x4_0000_0000;
const TO = 0x5_0000_0000;

export const madeMemory: Kind = {
  of: 'process',
  changes: true,
  read(process): CriuFacts {
    const isMade = ({ start }: Mapping): boolean => start >= FROM && start < TO;
    // The kernel makes smaps from all pages of the process: far slower than maps.
    if (!parseMappings(process.text('maps')).some(isMade)) return {};
    const mappings = parseMappings(process.text('smaps')).filter(isMade);
    const memory = openMemory(process.path, []);
    try {
      return Object.fromEntries(
        mappings.flatMap((mapping) => [
          [`mapping ${describeRange(mapping)}`, describeMapping(mapping)],
          [`contents ${describeRange(mapping)}`, memory?.checksum(mapping) ?? ''],
        ]),
      );
    } finally {
      memory?.close();
    }
  },
};
