/** The objects of a container's IPC namespace. No process has them, so that they outlive each that fails. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BadSurroundings } from '../index.ts';
import type { Sandbox } from './sandbox.ts';
import { QUEUES } from './settings.ts';

interface Table {
  readonly file: string;
  readonly what: string;
  readonly describe: (columns: readonly string[]) => string;
}

/** By the name of their second column: proc_sysvipc_shm(5), proc_sysvipc_sem(5), proc_sysvipc_msg(5). */
const TABLES: Readonly<Record<string, Table>> = {
  shmid: { file: 'shm', what: 'shared memory', describe: (columns) => `${columns[3]} bytes` },
  semid: { file: 'sem', what: 'semaphores', describe: (columns) => columns[3]! },
  msqid: {
    file: 'msg',
    what: 'a message queue',
    describe: (columns) => `${columns[3]} bytes in ${columns[4]} messages`,
  },
};

/**
 * Makes one object of each kind of System V, as a process in the IPC namespace of this init would. By the programs of the machine: busybox has
 * none that makes them. Rejects with BadSurroundings where they are missing.
 */
export async function makeObjects(sandbox: Sandbox, init: number): Promise<void> {
  const words = [
    `--ipc=${sandbox.inside('/proc')}/${init}/ns/ipc`,
    'ipcmk',
    '--shmem',
    '8192',
    '--semaphore',
    '3',
    '--queue',
  ];
  try {
    await promisify(execFile)('nsenter', words);
  } catch (error) {
    throw new BadSurroundings(`objects of System V cannot be made here: ${(error as Error).message.trim()}`);
  }
}

/** What there is, in words: `shared memory with key 0x1, mode 644, 8192 bytes`; `none`. */
export async function listObjects(sandbox: Sandbox, init: number): Promise<string> {
  const objects = [...(await listSystemV(sandbox, init)), ...listQueues(sandbox, init)];
  return objects.length === 0 ? 'none' : objects.sort().join(', ');
}

/** Empty where the namespace is gone meanwhile. */
async function listSystemV(sandbox: Sandbox, init: number): Promise<string[]> {
  const files = Object.values(TABLES).map(({ file }) => `/proc/sysvipc/${file}`);
  const text = await sandbox.shell(`nsenter --ipc=/proc/${init}/ns/ipc cat ${files.join(' ')} || true`);
  let table: Table | undefined;
  return text.split('\n').flatMap((row) => {
    const columns = row.trim().split(/\s+/);
    // The first row of each table has the names of its columns.
    if (columns[0] === 'key') table = TABLES[columns[1]!];
    if (!table || columns[0] === 'key' || columns[0] === '') return [];
    return [`${table.what} with key ${columns[0]}, mode ${columns[2]}, ${table.describe(columns)}`];
  });
}

function listQueues(sandbox: Sandbox, init: number): string[] {
  const folder = path.join(sandbox.inside('/proc'), `${init}/root`, QUEUES);
  try {
    return readdirSync(folder).map((name) => {
      const [, bytes] = /QSIZE:(\d+)/.exec(readFileSync(path.join(folder, name), 'latin1')) ?? [];
      return `POSIX queue ${name}, ${bytes} bytes`;
    });
  } catch {
    return [];
  }
}
