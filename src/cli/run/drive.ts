/** Runs suites until they end, or until a signal ends them. */
import { type DriveRequest, drive } from '../../mocha/drive.ts';
import type { ExitCode } from '../exit.ts';
import { onInterrupt } from './interrupt.ts';

export type RunRequest = Omit<DriveRequest, 'signal'>;

/** Runs the suites; SIGINT and the like end them early, with what was done reported. */
export async function driveUntilSignal(request: RunRequest): Promise<ExitCode> {
  const { signal, release } = onInterrupt();
  try {
    return await drive({ ...request, signal });
  } finally {
    release();
  }
}
