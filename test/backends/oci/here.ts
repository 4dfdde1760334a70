/** Not a sandbox: the machine itself, for what reads or starts something in one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sandbox } from '../../../src/backends/oci/sandbox.ts';

export const HERE = {
  inside: (place: string) => place,
  read: async () => undefined,
  shell: async (command: string) => (await promisify(execFile)('sh', ['-c', command])).stdout,
} as unknown as Sandbox;
