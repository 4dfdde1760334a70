/** The faults of a scenario as events of the environment: when one can fire, and its effect. */
import type { FaultVerb } from '../../model/case.ts';
import {
  DELAYED,
  DUE,
  FLAGS,
  IN_USER,
  RUNNING,
  SIG_KILL,
  SIG_OTHER,
  SIG_STOP,
  STATE,
  STOPPED,
  UNBORN,
  WILL_EXIT,
  WILL_FORK,
} from './kernel/layout.ts';
import { m, note, runnable, world } from './kernel/memory.ts';
import { can_be_hit, can_be_woken, ptrace_attach, send_signal } from './kernel/signal.ts';
import { task_ptrace } from './kernel/task.ts';
import { try_to_wake_up } from './kernel/wait.ts';
import { ARMED, CALLS, FAULT_WORDS, FIRED, type World, type WorldFault } from './kernel/world.ts';

export const VERBS = {
  signal: 0,
  kill: 1,
  stop: 2,
  ptrace: 3,
  fork: 4,
  fail: 5,
  wake: 6,
  delay: 7,
  exit: 8,
  // Refused before a run: see whyNot().
  own: 9,
} as const satisfies Record<FaultVerb, number>;

/** The environment is no task. */
const NO_TASK = 0;

/** One way in which a fault can fire: a fault with several targets has one for each. */
export interface Event {
  readonly fault: number;
  /** Pointer; 0 for a failure that may hit any task. */
  readonly target: number;
}

function countWords(fault: number): number {
  return world.firstFault + fault * FAULT_WORDS;
}

/** Whether the event can fire now. */
export function canFire(event: Event): boolean {
  const fault = world.faults[event.fault]!;
  if (m[countWords(event.fault) + FIRED]! >= fault.times) return false;
  if ((m[DUE]! & (1 << event.fault)) === 0) {
    if (!fault.any || m[DUE] !== 0) return false;
  }
  return finds(event.target, fault);
}

/** Whether the event may fire now or later: it has not used up its number of times. */
export function canStillFire(memory: Int32Array, constants: World, event: Event): boolean {
  return memory[constants.firstFault + event.fault * FAULT_WORDS + FIRED]! < constants.faults[event.fault]!.times;
}

/** Whether the fault has taken effect: it hit its target, or made a call fail. */
export function hasFired(memory: Int32Array, constants: World, number: number): boolean {
  const fault = constants.faults[number]!;
  const words = constants.firstFault + number * FAULT_WORDS;
  if (fault.verb !== VERBS.fail) return memory[words + FIRED]! > 0;
  if (fault.waits) return memory[words + CALLS]! < 0 || memory[words + CALLS]! >= fault.call;
  return memory[words + FIRED]! > memory[words + ARMED]!;
}

/** The signal as its target receives it: SIGKILL where the default action ends the task. The coordinator catches it, a tracer intercepts it. */
function signalTo(target: number, fatal: boolean): number {
  return fatal && target !== world.firstTask && !task_ptrace(target) ? SIG_KILL : SIG_OTHER;
}

/** Whether the target is in a state in which the fault has an effect. */
function finds(target: number, { verb, fatal, child }: WorldFault): boolean {
  switch (verb) {
    case VERBS.signal:
      return can_be_hit(target, signalTo(target, fatal));
    case VERBS.kill:
      return can_be_hit(target, SIG_KILL);
    case VERBS.stop:
      return can_be_hit(target, SIG_STOP);
    case VERBS.ptrace:
      /* a traced task has no second tracer */
      return can_be_hit(target, SIG_STOP) && !task_ptrace(target);
    case VERBS.wake:
      return can_be_woken(target);
    case VERBS.exit:
      return (m[target + FLAGS]! & (IN_USER | WILL_EXIT)) === IN_USER && m[target + STATE] !== UNBORN;
    case VERBS.fork:
      return (m[target + FLAGS]! & IN_USER) !== 0 && m[target + STATE] !== UNBORN && m[child + STATE] === UNBORN;
    case VERBS.delay:
      return (m[target + FLAGS]! & DELAYED) === 0 && m[target + STATE] === RUNNING;
    default:
      return true;
  }
}

/** Fires the event. */
export function fire(event: Event): void {
  const fault = world.faults[event.fault]!;
  const words = countWords(event.fault);
  note('fault', NO_TASK, event.fault, event.target);
  m[words + FIRED]!++;
  act(event.target, fault, words);
  if (m[words + FIRED]! >= fault.times) {
    m[DUE]! &= ~(1 << event.fault);
    for (const next of fault.followers) m[DUE]! |= 1 << next;
  }
}

/** A due fault that finds its target gone is over. */
export function passOver(): void {
  for (let fault = 0; fault < world.faults.length; fault++) {
    if ((m[DUE]! & (1 << fault)) === 0) continue;
    const { targets } = world.faults[fault]!;
    let found = targets.length === 0;
    for (let i = 0; i < targets.length; i++) found ||= finds(targets[i]!, world.faults[fault]!);
    if (!found) m[DUE]! &= ~(1 << fault);
  }
}

function act(target: number, { verb, fatal, child }: WorldFault, words: number): void {
  switch (verb) {
    case VERBS.signal:
      return send_signal(target, signalTo(target, fatal), NO_TASK);
    case VERBS.kill:
      return send_signal(target, SIG_KILL, NO_TASK);
    case VERBS.stop:
      return send_signal(target, SIG_STOP, NO_TASK);
    case VERBS.ptrace:
      return ptrace_attach(target, NO_TASK);
    case VERBS.wake:
      try_to_wake_up(target, NO_TASK);
      return;
    case VERBS.exit:
      m[target + FLAGS]! |= WILL_EXIT;
      return goOn(target);
    case VERBS.fork:
      m[child + FLAGS]! |= WILL_FORK;
      return goOn(target);
    case VERBS.delay:
      m[target + FLAGS]! |= DELAYED;
      return;
    default:
      m[words + ARMED]!++;
  }
}

/** A task that sat in user space looks again. */
function goOn(target: number): void {
  const state = m[target + STATE]!;
  if (state === RUNNING || state === STOPPED) return;
  m[target + STATE] = RUNNING;
  runnable(target);
}
