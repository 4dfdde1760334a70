/**
 * What each task of a scenario runs around the protocol: user space, the call of restart(2), and the way back. Text that is
 * translated: see linux.ts.
 */
import { EFFECT, touch } from '../backends/simulated/kernel/access.ts';
import { KILLED, STATE, USER, WILL_EXIT } from '../backends/simulated/kernel/layout.ts';
import { exit_hook, fork_hook, late_fork_hook } from './hooks.ts';
import {
  arg_flags,
  arg_pid,
  at,
  back_in_user_space,
  copy_process,
  current,
  deliver_signals,
  do_exit,
  enter_syscall,
  fatal_signal_pending,
  is_coordinator,
  leave_syscall,
  next_to_fork,
  peek,
  type Steps,
  sits_idle,
} from './linux.ts';
import { POINT_RESUME } from './points.ts';
import { do_sys_restart } from './sys.ts';

/** The program of every task, the coordinator's too: they differ in the arguments of restart(2) only. */
export function* task_main(): Steps {
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatal_signal_pending(current)) yield* do_exit(KILLED, exit_hook);
    if (!deliver_signals()) continue;
    const child = next_to_fork();
    if (child) {
      yield* copy_process(child, fork_hook, late_fork_hook);
      continue;
    }
    if (peek(current.flags) & WILL_EXIT) yield* do_exit(0, exit_hook);
    if (sits_idle()) continue;
    break;
  }
  enter_syscall();
  const result = yield* do_sys_restart(arg_pid(), arg_flags());
  leave_syscall(result);
  if (!is_coordinator()) at(POINT_RESUME);
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatal_signal_pending(current)) yield* do_exit(KILLED, exit_hook);
    if (deliver_signals()) break;
  }
  back_in_user_space();
  /* it runs on, unseen, until a SIGKILL of the restart finds it */
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatal_signal_pending(current)) yield* do_exit(KILLED, exit_hook);
    current.state = USER;
  }
}
