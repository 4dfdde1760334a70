/** An image editor: the parent of a task in pstree.img is a task that the image does not have. */
import { defineImageEditor, NoSuchImage, readImage, readMessage, withValues, writeImage } from 'mktrouble/image-editor';

/** Fields of `pstree_entry` in CRIU's images/pstree.proto. */
const PID = 1;
const PPID = 2;

export default defineImageEditor({
  contract: 1,
  name: 'orphaned',
  statement: 'Gives a task a parent that is not in the image.',
  words: {
    task: { type: 'number', least: 1, statement: 'the pid of the task' },
    parent: { type: 'number', least: 1, statement: 'the pid of its new parent; default: 9999', optional: true },
  },
  edit(images, { task, parent = 9999 }) {
    const image = readImage(images.get('pstree') ?? new Uint8Array());
    if (!image) throw new NoSuchImage('there is no readable image pstree');
    const isOfTask = (record: Uint8Array) =>
      readMessage(record)?.some(
        (field) => field.number === PID && field.type === 'varint' && Number(field.value) === task,
      );
    if (!image.records.some(isOfTask)) throw new NoSuchImage(`pstree has no task ${task}`);
    const records = image.records.map((record) =>
      isOfTask(record) ? (withValues(record, PPID, [Number(parent)]) ?? record) : record,
    );
    return new Map([['pstree', writeImage({ ...image, records })]]);
  },
});
