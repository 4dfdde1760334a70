/** pstree.img: the tasks of the images. */
import { PSTREE_FIELDS } from '../../../model/criu.ts';
import { readImage } from './file.ts';
import { readMessage } from './wire.ts';

/** The pids of the tree, a record each; undefined for a file that is damaged. */
export function readPids(bytes: Uint8Array): number[] | undefined {
  const records = readImage(bytes)?.records.map((record) => readMessage(record));
  const pids = records?.map((fields) => fields?.find(({ number }) => number === PSTREE_FIELDS.pid));
  if (!pids?.every((field) => field?.type === 'varint')) return undefined;
  return pids.map((field) => Number((field as { value: bigint }).value));
}
