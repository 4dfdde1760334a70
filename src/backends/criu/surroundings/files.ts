/** Files of the case: its folder, the folder in which CRIU works and writes images; shared memory and message queues, which have names too. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { WORK } from '../command-line.ts';
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

/** A file system of message queues, whether or not this machine has one mounted: furnish() in agent/serve.c. */
const QUEUES = `${WORK}/mqueue`;
/** More are not looked at: a program with that many files makes them itself. */
const MOST = 10_000;
/** What CRIU and the backend write by design: logs, statistics, images of a dump, what programs print. */
const BY_DESIGN = [
  /^images(-|$)/,
  /\.log(\.\d+)?$/,
  /^stats-(dump|restore)$/,
  // Written by a pre-dump, and read by the dump after it (irmap.c).
  /^irmap-cache$/,
  /^errors$/,
  /^mqueue$/,
  /^(subject|load|check|page-server|lazy-pages|rival|verb)\.(stdout|stderr)$/,
];
/** Names that CRIU gives: to a name for a file that has none (files-reg.c), and to what it tries the kernel with. */
const OF_CRIU = /^link_remap\.\d+$|\.cr\.[0-9a-f]+\.ghost$|^\.criu\.|^cr-tmpfs\.|^crtools-proc\./;

export const files = filesBelow('files', [WORK, '/dev/shm']);
const queues = filesBelow('POSIX message queues', [QUEUES]);
export const messageQueues: SurroundingsKind = {
  ...queues,
  read: async (sandbox, tree) =>
    Promise.all((await queues.read(sandbox, tree)).map((file) => withBytes(sandbox, file))),
};

/** With the number of bytes in it: `QSIZE:11 NOTIFY:0 …`. */
async function withBytes(sandbox: Sandbox, queue: string): Promise<string> {
  const text = await readFile(sandbox.inside(queue), 'utf8').catch(() => '');
  return `${queue} with ${/^QSIZE:(\d+)/.exec(text)?.[1] ?? '?'} bytes`;
}

function filesBelow(name: string, folders: readonly string[]): SurroundingsKind {
  return {
    name,
    ofPrograms: false,
    mayBeOfProgram: (file) => !OF_CRIU.test(path.basename(file)),
    read: (sandbox) => list(folders, (folder) => sandbox.inside(folder)),
  };
}

async function list(above: readonly string[], inside: (folder: string) => string): Promise<string[]> {
  const found: string[] = [];
  const folders = [...above];
  for (let folder = folders.shift(); folder !== undefined && found.length < MOST; folder = folders.shift()) {
    // A folder that is gone meanwhile, or that this machine does not have, has no files.
    const entries = await readdir(inside(folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (BY_DESIGN.some((name) => folder === WORK && name.test(entry.name))) continue;
      found.push(entry.isDirectory() ? `${file}/` : file);
      if (entry.isDirectory()) folders.push(file);
    }
  }
  return found;
}
