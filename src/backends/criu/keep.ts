/** Keeps what a case left in its namespace: CRIU's logs and images, and the output of CRIU and of the subject. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { WORK } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';

/** Not files on a disk: a copy of a message queue never ends. */
const QUEUES = path.join(WORK, 'mqueue');

/** Copies the regular files of the case's working folder; links, sockets and FIFOs of a program are left out. */
export async function keepFiles(sandbox: Sandbox, folder: string): Promise<void> {
  await copyFolder(sandbox.inside(WORK), folder, sandbox.inside(QUEUES));
}

async function copyFolder(from: string, to: string, except: string): Promise<void> {
  if (from === except) return;
  // The namespace may have ended before it had such a folder.
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  await mkdir(to, { recursive: true });
  for (const entry of entries) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target, except);
    else if (entry.isFile()) await copyFile(source, target);
  }
}
