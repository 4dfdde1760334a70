/** What the checkpoint saved, and how it is damaged. */
import * as z from 'zod';
import { anyPid, anyPidKey, INT32_MAX, INT32_MIN } from './values.ts';
import { integer, mapping, oneOf, oneOrMore, word } from './word.ts';

export const IMAGE_OBJECTS = {
  header: 'the header of the image',
  container: 'the container section',
  tree: 'the number of tasks and their pids',
  task: 'the record of a task',
  tail: 'the end mark',
} as const;

const objectName = oneOf(['header', 'container', 'tree', 'task', 'tail'], 'object of the image');

const object = word(
  objectName,
  'The object that is damaged: header, container, tree, task or tail. Reading it gives EINVAL.',
  'object: task',
);

const whichRecord = {
  index: word(
    integer(0, 9_999_999, 'the number of a record'),
    'Which record, for task: its number, from 0. Default: 0.',
    'index: 1',
  ).optional(),
  pid: word(
    anyPid,
    'With object task: the record, by the pid that it names; the first of several.',
    'pid: 101',
  ).optional(),
};

export const truncation = mapping('an object of the image, or a mapping with one', { object, ...whichRecord }).meta({
  id: 'truncate',
  description: 'The object at which the image ends.',
});

export const corruption = mapping('a mapping with object, at and xor', {
  object,
  ...whichRecord,
  at: word(
    integer(0, 65_535, 'a byte offset'),
    'The byte that is changed, counted from the start of the object. Default: 0.',
    'at: 4',
  ).optional(),
  xor: word(integer(1, 255, 'a byte'), 'The value that the byte is XORed with. Default: 0xff.', 'xor: 0x01').optional(),
}).meta({ id: 'corrupt', description: 'A byte of the image that is changed.' });

export const image = mapping('a mapping with the words of an image', {
  pids: word(
    z.array(anyPid, { error: 'a list of pids' }),
    'The pids that were saved, in the order of restoring; bogus ones allowed. Default: the tree in the order of the walk, without ghosts, dead tasks, tasks forked late, and siblings of the root.',
    'pids: [100, 101, 999]',
  ).optional(),
  'nr-tasks': word(
    integer(INT32_MIN, INT32_MAX, 'a 32-bit number'),
    'The number of tasks that the image claims to have. Default: as many as there are pids.',
    'nr-tasks: 0',
  ).optional(),
  'pids-bytes': word(
    integer(1, INT32_MAX, 'a number of bytes'),
    'Length of the saved pids, in bytes: restore_read_tree() requires the length that it allocates. Default: 24 (sizeof(struct ckpt_pids)) for each pid.',
    'pids-bytes: 8',
  ).optional(),
  truncate: word(
    oneOrMore(z.union([objectName, truncation]), 'a list of objects of the image'),
    'The image ends inside of this object.',
    'truncate: tail',
  ).optional(),
  corrupt: word(
    oneOrMore(corruption, 'a list of changed bytes'),
    'A byte of this object is changed.',
    'corrupt: { object: header, at: 0, xor: 0xff }',
  ).optional(),
  zombies: word(
    z.array(anyPid, { error: 'a list of pids' }),
    'Pids that the image records as zombies, beside the tasks with that state.',
    'zombies: [101]',
  ).optional(),
  retval: word(
    z.record(anyPidKey, integer(INT32_MIN, INT32_MAX, 'a 32-bit number'), { error: 'a mapping from pids to numbers' }),
    'By pid, what the task that reads this record returns from restart. Default: 1000 and the number of the record.',
    'retval: { 101: 42 }',
  ).optional(),
}).meta({ id: 'image', description: 'What the checkpoint saved.' });
