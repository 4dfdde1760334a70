/** The states of tasks in the images: what a dump saw when it held them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readImage } from './file.ts';
import { readMessage } from './wire.ts';

/** core.proto: core_entry.tc is 3, task_core_entry.task_state is 1; criu/include/pid.h has the values. */
const TC = 3;
const TASK_STATE = 1;
const LETTERS: Readonly<Record<number, string>> = { 1: 'S', 2: 'X', 3: 'T', 6: 'Z' };

/** The state letter of a task, `S` for one that is alive; undefined when the images do not have it. `pid`: as in the images. */
export async function imagedState(folder: string, pid: number): Promise<string | undefined> {
  const bytes = await readFile(path.join(folder, `core-${pid}.img`)).catch(() => undefined);
  const record = bytes && readImage(bytes)?.records[0];
  const tc = record && readMessage(record)?.find(({ number }) => number === TC);
  const state = tc?.type === 'bytes' && readMessage(tc.bytes)?.find(({ number }) => number === TASK_STATE);
  return state && state.type === 'varint' ? LETTERS[Number(state.value)] : undefined;
}
