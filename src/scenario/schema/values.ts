/** The values that several parts of the format share: pids, errnos, signals, points. */
import * as z from 'zod';
import { ERRNO_NAMES, SYSCALL_ERRNO_NAMES } from '../../model/errno.ts';
import { COORDINATOR_POINT_NAMES, TASK_POINT_NAMES } from '../../model/points.ts';
import { SIGNAL_NAMES } from '../../model/signals.ts';
import { integer, kebab, list, oneOf, suggest, text, word } from './word.ts';

/** The most that Linux gives a pid namespace (PID_MAX_LIMIT). */
export const PID_MAX = 4_194_304;
export const INT32_MIN = -2_147_483_648;
export const INT32_MAX = 2_147_483_647;

/** The pid of a task of the tree. */
export const pid = integer(1, PID_MAX, 'a pid');

/** A pid as it stands in the image or in an argument: any number that fits, however bogus. */
export const anyPid = integer(INT32_MIN, INT32_MAX, 'a 32-bit number');

/** A mapping's key that is a pid of the image. */
export const anyPidKey = z.string().regex(/^-?\d{1,10}$/, { error: 'a pid' });

/** The coordinator, or a task. */
export const taskId = z.union([z.literal('coordinator', { error: 'coordinator' }), pid]);

/** The tasks that a fault may hit: any one of them. */
export const taskIds = z.union([...taskId.options, list(taskId, 'a list of pids')]);

export const signal = oneOf(SIGNAL_NAMES, 'signal');
export const errno = oneOf(ERRNO_NAMES, 'errno');
export const syscallErrno = oneOf(SYSCALL_ERRNO_NAMES, 'errno');
/** A point; or a stage of the scenario's own protocol, whose names are known when its file is read. */
export const taskPoint = z.union([oneOf(TASK_POINT_NAMES, 'point of a task'), stage('a point of a task')]);
export const coordinatorPoint = z.union([
  oneOf(COORDINATOR_POINT_NAMES, 'point of the coordinator'),
  stage('a point of the coordinator'),
]);

function stage(expected: string) {
  return kebab(`${expected}, or a stage of your own protocol`);
}

/** The file of a protocol of the user's own: it is read, and never executed. */
export const protocolFile = z
  .string({ error: 'the file of a protocol' })
  .max(1000, { error: 'the file of a protocol' })
  .regex(/^[^\p{Cc}\\]*(\/[^\p{Cc}\\]*|\.[cm]?[jt]s)$/u, { error: 'the file of a protocol: ./my-protocol.ts' });

/** `flags` of restart(2): names, and numbers for bits that have none. */
export const flags = z.array(
  z.union([oneOf(['taskself', 'frozen', 'ghost'], 'flag'), integer(0, 0xffffffff, 'a number of bits')]),
  { error: 'a list of flags' },
);

export const property = suggest(kebab('the name of a property, such as restores-in-order'), 'properties');
/** The words of a fault verb or an image editor of the user's own: which there are is known when its file is loaded. */
export function ownValues(description: string, example: string) {
  const value = z.union([z.string().max(1000, { error: 'a text of up to 1000 characters' }), z.number(), z.boolean()], {
    error: 'a text, a number, true or false',
  });
  const key = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'a name of lower-case words and dashes' });
  return word(z.record(key, value, { error: 'a mapping of words' }), description, example);
}

export const faultName = kebab('a name of lower-case words and dashes');
export const title = text('a name on one line', 200);
