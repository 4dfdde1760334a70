/** The mappings of a process: where each is, what may be done with it, what is behind it. */

/** A mapping, or several beside each other that differ in nothing. */
export interface Mapping {
  /** Addresses, in bytes: below 2^47, so they are exact. */
  readonly start: number;
  readonly end: number;
  /** Where the first of those beside each other ends. */
  readonly firstEnd: number;
  /** `rw-p`. */
  readonly access: string;
  /** Of the file, in bytes; 0 for memory without one. */
  readonly offset: number;
  /** A path, `[heap]`, or empty. */
  readonly name: string;
  /** As in the field VmFlags of smaps, without what the kernel sets by itself. */
  readonly flags: string;
  /** In KiB. */
  readonly resident: number;
  readonly anonymous: number;
  readonly swapped: number;
}

/** `sd`: soft-dirty, set by any write. `ac`: counts as memory of the process, set by a tracer that writes code. `??`: without a name. */
const OF_THE_KERNEL = /(\b(sd|ac)\b|\?\?) ?/g;
/** Shared memory without a file is restored as a memory file of the same name. */
const MADE_BY_CRIU = /^\/memfd:(?=\/dev\/zero \(deleted\)$)/;
const HEAD = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ (\d+) *(.*)$/;

/** From smaps. */
export function parseMappings(smaps: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const block of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [head, ...lines] = block.split('\n');
    const [, start, end, access, offset, , name] = HEAD.exec(head ?? '') ?? [];
    if (start === undefined) continue;
    const number = (field: string) =>
      Number.parseInt(lines.find((line) => line.startsWith(`${field}:`))?.slice(field.length + 1) ?? '0', 10);
    const flags = lines.find((line) => line.startsWith('VmFlags:')) ?? '';
    mappings.push({
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end!, 16),
      firstEnd: Number.parseInt(end!, 16),
      access: access!,
      offset: Number.parseInt(offset!, 16),
      name: name!.replace(MADE_BY_CRIU, ''),
      flags: flags.slice('VmFlags:'.length).replace(OF_THE_KERNEL, '').trim(),
      resident: number('Rss'),
      // Of huge pages there is another count.
      anonymous: number('Anonymous') + number('Private_Hugetlb'),
      swapped: number('Swap'),
    });
  }
  return merged(mappings);
}

/** The kernel joins mappings that differ in nothing when it can; whether it did says nothing of the program. */
function merged(mappings: readonly Mapping[]): Mapping[] {
  const result: Mapping[] = [];
  for (const next of mappings) {
    const last = result.at(-1);
    if (last && continues(last, next)) {
      result[result.length - 1] = {
        ...last,
        end: next.end,
        resident: last.resident + next.resident,
        anonymous: last.anonymous + next.anonymous,
        swapped: last.swapped + next.swapped,
      };
    } else result.push(next);
  }
  return result;
}

function continues(last: Mapping, next: Mapping): boolean {
  const isFile = last.name.startsWith('/');
  return (
    last.end === next.start &&
    last.access === next.access &&
    last.name === next.name &&
    last.flags === next.flags &&
    (!isFile || last.offset + (last.end - last.start) === next.offset)
  );
}

/** `7f0000000000-7f0000021000`. */
export function describeRange({ start, end }: Mapping): string {
  return `${start.toString(16)}-${end.toString(16)}`;
}

/** Whether it is the kernel's own, which lies in each process alike. */
export function isOfKernel({ name }: Mapping): boolean {
  return /^\[(vdso|vvar|vvar_vclock|vsyscall|uprobes)\]$/.test(name);
}
