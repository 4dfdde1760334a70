/**
 * What CRIU has found out about the kernel (criu/kerndat.c), kept from one case to the next as a host keeps it from one call to
 * the next: in /run/criu.kdat. Each case has a /run of its own, and finding it out takes longer than the rest of a small dump.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Case } from '../../model/case.ts';
import type { Sandbox } from './sandbox.ts';

const FILE = '/run/criu.kdat';

/** That of one program of CRIU, called in one way: CRIU trusts the file. */
export class Kerndat {
  #found: Buffer | undefined;

  /** The sandbox is new: CRIU need not find it out again. */
  async lend(sandbox: Sandbox, c: Case): Promise<void> {
    if (this.#found && !isProbed(c)) await writeFile(sandbox.inside(FILE), this.#found, { mode: 0o600 });
  }

  /** The case has been played in the sandbox. */
  async keep(sandbox: Sandbox, c: Case): Promise<void> {
    if (!isProbed(c)) this.#found ??= await readFile(sandbox.inside(FILE)).catch(() => undefined);
  }
}

/** Whether the dump of a case is to look at the kernel itself: a fault may be meant for that, and changes what is found. */
function isProbed({ criu, faults }: Case): boolean {
  if (faults.some(({ own }) => own !== undefined)) return true;
  if (!criu) return false;
  const { syscalls, faultPoint, limits } = criu;
  return syscalls.some(({ of }) => of === 'dump') || faultPoint?.of === 'dump' || limits.dump !== undefined;
}
