/** Names of steps as replay files had them when the protocol was written in camelCase (until 0.2), and what they are now. */

/** Functions whose name has changed in more than its spelling. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  handOverTurn: 'restore_activate_next',
  prepareDescendant: '__prepare_descendants',
  destroyDescendant: '__destroy_descendants',
  claimError: 'ckpt_set_error',
  claimRestart: 'do_restore_coord',
  conductRestart: 'do_restore_coord',
  restoreInTurn: 'do_restore_task',
  hasCheckpointCtx: 'wait_checkpoint_ctx',
  takeRootsCtx: 'take_roots_ctx',
  groupHasArrived: 'wait_sync_threads',
  inheritCheckpointCtx: 'copy_process',
};

/** What is done to a field; undefined: nothing was said. */
const ACCESS: Readonly<Record<string, string>> = {
  loadCheckpointCtx: 'load',
  storeCheckpointCtx: 'store',
};

/** Steps whose operation has another name. */
const STEPS: Readonly<Record<string, string>> = {
  'decide: kflags': 'decide: atomic_cmpxchg kflags',
  'ckpt_kread: file_pos': 'ckpt_kread: _ckpt_kread file',
  'ckpt_err: lock msg_mutex': 'ckpt_err: mutex_lock msg_mutex',
};

const STEP = /^(\w+): (?:(\w+) )?(\w+)$/;

/** The name that a step has now; any other text is returned as it is. */
export function currentStep(step: string): string {
  const [, where, how, field] = STEP.exec(step) ?? [];
  if (where === undefined) return step;
  const spelt = `${FUNCTIONS[where] ?? snake(where)}: ${how ? `${ACCESS[how] ?? snake(how)} ` : ''}${field}`;
  return STEPS[spelt] ?? spelt.replace(/: lock /, ': spin_lock ');
}

/** A line of a schedule: `<actor>: <step>`, with ` x2` for the second time; or the name of a fault, which stays. */
export function currentLine(line: string): string {
  const [, actor, step, times = ''] = /^([^:]+): (\w+: [\w ]+?)( x\d+)?$/.exec(line) ?? [];
  return step === undefined ? line : `${actor}: ${currentStep(step)}${times}`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
