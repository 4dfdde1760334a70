/** The command that checks what a restore brought back. */
import type { Case } from '../../model/case.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuCheck } from '../../record/criu.ts';
import { endFrom, readOutput, startCommand } from './command.ts';
import { computeTimeLimit } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';
import { resolveFolder } from './subject.ts';

/** Runs the check of a case to its end, or to the limit of a call of CRIU. Rejects with BadSurroundings when it cannot start. */
export async function runCheck(sandbox: Sandbox, c: Case): Promise<CriuCheck | undefined> {
  const { check, subject } = c;
  if (!check) return undefined;
  const limit = computeTimeLimit(c);
  const pid = await startCommand(sandbox, {
    name: 'check',
    pid: 0,
    inner: false,
    folder: resolveFolder(subject),
    env: subject?.env ?? {},
    words: check,
  });
  const status = await sandbox.waitForEnd(pid, limit);
  sandbox.forgetEnd(pid);
  // The group: a shell leaves what it has started.
  if (status === undefined) await sandbox.do('kill', { pid: -pid, signal: signalNumber('SIGKILL') });
  return {
    command: check,
    ...(status === undefined ? { timedOut: limit } : endFrom(status)),
    output: await readOutput(sandbox, 'check'),
  };
}
