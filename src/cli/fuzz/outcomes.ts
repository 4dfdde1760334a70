/** A system call that ends in one way. */
import type { SystemCall } from '../../backends/criu/system-calls.ts';
import type { CriuSyscall } from '../../model/criu.ts';
import type { OutcomeName } from '../../model/syscall-outcomes.ts';

/** The call with this outcome, as a scenario has it. */
export function withOutcome(call: SystemCall, outcome: OutcomeName): CriuSyscall {
  switch (outcome) {
    case 'SIGKILL':
      return { ...call, signal: 'SIGKILL' };
    case 'short':
      return { ...call, short: true };
    default:
      return { ...call, errno: outcome };
  }
}
