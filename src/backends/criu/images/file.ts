/** An image file of CRIU: one or two magic words, then records, each with its length before it. */

/** Begins files that have a second magic word, which says what they are. */
const COMMON_MAGICS: ReadonlySet<number> = new Set([0x54564319, 0x55105940]);

export interface ImageFile {
  /** The magic words as they are. */
  readonly head: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** A file as records; undefined for one that is none (pages, or damaged). */
export function readImage(bytes: Uint8Array): ImageFile | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return undefined;
  let at = COMMON_MAGICS.has(view.getUint32(0, true)) ? 8 : 4;
  const head = bytes.slice(0, at);
  const records: Uint8Array[] = [];
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return undefined;
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.length) return undefined;
    records.push(bytes.slice(at, at + length));
    at += length;
  }
  return { head, records };
}

/** The bytes of a file. */
export function writeImage({ head, records }: ImageFile): Uint8Array {
  const lengths = records.map((record) => {
    const four = new Uint8Array(4);
    new DataView(four.buffer).setUint32(0, record.length, true);
    return four;
  });
  return Buffer.concat([head, ...records.flatMap((record, i) => [lengths[i]!, record])]);
}
