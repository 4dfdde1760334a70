/** What happens to a CRIU beside the one that a case is about: a server, or a second CRIU. */
import { SERVER_DELAY } from '../../model/criu-servers.ts';
import { signalNumber } from '../../model/signals.ts';
import type { Sandbox } from './sandbox.ts';

/** Kills, stops or delays a process; whether there was one. What is killed or stopped is dead, or stopped, when it resolves. */
export async function hitProcess(sandbox: Sandbox, pid: number, fault: 'kill' | 'stop' | 'delay'): Promise<boolean> {
  if (fault === 'delay') return (await sandbox.do('pause', { pid, ms: SERVER_DELAY })) === 0;
  const signal = signalNumber(fault === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  return (await sandbox.do('kill', { pid, signal })) === 0;
}
