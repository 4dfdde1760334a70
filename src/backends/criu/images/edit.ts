/** Changes images as a scenario says. A change of what is not there is a mistake of the scenario, and is told. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ImageEdit, PSTREE_FIELDS, type PstreeField } from '../../../model/criu.ts';
import { type ImageFile, readImage, writeImage } from './file.ts';
import { withNumber, withValues } from './wire.ts';

/** What can't be changed as it is said. */
export class NoSuchImage extends Error {}

/** The file that a change is of, without .img. */
export function fileOf(edit: ImageEdit): string {
  return edit.kind === 'task' ? 'pstree' : edit.file;
}

/** Makes the changes in a folder of images, one after the other. Rejects with NoSuchImage. */
export async function editImages(folder: string, edits: readonly ImageEdit[]): Promise<void> {
  for (const edit of edits) {
    const file = path.join(folder, `${fileOf(edit)}.img`);
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes) throw new NoSuchImage(`there is no image ${fileOf(edit)}`);
    if (edit.kind === 'missing') await rm(file);
    else await writeFile(file, changed(bytes, edit));
  }
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
        const made = withNumber(record, edit.path, edit.value);
        if (!made)
          throw new NoSuchImage(`record ${edit.record} of ${edit.file} has no number at ${edit.path.join('.')}`);
        return [made];
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
  if (!image || !record) throw new NoSuchImage(`${fileOf(edit)} has no record ${edit.record}`);
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
