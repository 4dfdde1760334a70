/** What helps to understand a run: the logs of the runtime and of CRIU, and the images. */
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { Sandbox } from './sandbox.ts';

export async function keepFiles(sandbox: Sandbox, folder: string): Promise<void> {
  for (const [from, to] of [
    ['/log', 'runtime'],
    ['/work/logs', 'criu'],
    ['/work/images', 'images'],
  ] as const)
    await cp(sandbox.inside(from), path.join(folder, to), { recursive: true }).catch(() => {});
}
