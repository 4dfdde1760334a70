/** Changes images as a scenario asks. A change of a missing file or field is an error of the scenario, and is reported. */
import { ABSENT, type ImageEdit, PSTREE_FIELDS, type PstreeField } from '../../../model/criu.ts';
import { type ImageFile, readImage, writeImage } from './file.ts';
import { withField, withValues } from './wire.ts';

/** Images by their names, without .img; see folder.ts. */
export type Images = ReadonlyMap<string, Uint8Array>;

/** What can't be changed as it is said. */
export class NoSuchImage extends Error {}

/** The file that a change is of, without .img. */
export function resolveFile(edit: ImageEdit): string {
  return edit.kind === 'task' ? 'pstree' : edit.file;
}

/** The images without a file, or with another content of it. Throws NoSuchImage. */
export function edited(images: Images, edit: ImageEdit): Images {
  const file = resolveFile(edit);
  const bytes = images.get(file);
  if (!bytes) throw new NoSuchImage(`there is no image ${file}`);
  const made = new Map(images);
  if (edit.kind === 'missing') made.delete(file);
  else made.set(file, changed(bytes, edit));
  return made;
}

/** The bytes of a file after a change. Throws NoSuchImage. */
export function changed(bytes: Uint8Array, edit: Exclude<ImageEdit, { kind: 'missing' }>): Uint8Array {
  switch (edit.kind) {
    case 'truncate':
      return bytes.slice(0, edit.bytes < 0 ? Math.max(0, bytes.length + edit.bytes) : edit.bytes);
    case 'extend':
      return Buffer.concat([bytes, Buffer.alloc(edit.bytes, 0xff)]);
    case 'xor': {
      const at = edit.at < 0 ? bytes.length + edit.at : edit.at;
      if (bytes[at] === undefined) throw new NoSuchImage(`${edit.file} has no byte ${edit.at}`);
      const copy = Buffer.from(bytes);
      copy[at] = bytes[at]! ^ edit.xor;
      return copy;
    }
    case 'drop':
      return inRecords(bytes, edit, () => []);
    case 'repeat':
      return inRecords(bytes, edit, (record) => [record, record]);
    case 'field':
      return inRecords(bytes, edit, (record) => {
        const { path: numbers, nth, value } = edit;
        const place = numbers.map((number, i) => ({ number, nth: nth[i] ?? 0 }));
        const made = withField(record, place, value === ABSENT ? undefined : value);
        if (made) return [made];
        const what = value === ABSENT ? 'field' : 'number';
        throw new NoSuchImage(`record ${edit.record} of ${edit.file} has no ${what} at ${numbers.join('.')}`);
      });
    case 'task':
      return inRecords(bytes, edit, (record) => [withTask(record, edit.set)]);
  }
}

function inRecords(
  bytes: Uint8Array,
  edit: ImageEdit & { readonly record: number },
  change: (record: Uint8Array) => readonly Uint8Array[],
): Uint8Array {
  const image: ImageFile | undefined = readImage(bytes);
  const record = image?.records[edit.record];
  if (!image || !record) throw new NoSuchImage(`${resolveFile(edit)} has no record ${edit.record}`);
  const records = image.records.flatMap((one, i) => (i === edit.record ? change(one) : [one]));
  return writeImage({ head: image.head, records });
}

function withTask(record: Uint8Array, set: Readonly<Partial<Record<PstreeField, readonly number[]>>>): Uint8Array {
  let made = record;
  for (const [field, values] of Object.entries(set) as [PstreeField, readonly number[]][]) {
    const next = withValues(made, PSTREE_FIELDS[field], values);
    if (!next) throw new NoSuchImage('pstree has a record that is no message');
    made = next;
  }
  return made;
}
