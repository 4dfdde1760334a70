/**
 * Where in the patch each finding is: function, and lines of the file as patch 30/96 leaves it (`git apply` of the patch on
 * its parent gives the same numbers; its hunks say them). A test holds them against the functions' extents below.
 */

export interface PatchLines {
  readonly file: string;
  readonly function: string;
  readonly from: number;
  readonly to: number;
}

const RESTART = 'checkpoint/restart.c';

/**
 * The first and the last line of each function, in the files as the patch leaves them (Message-Id
 * <1268842164-5590-31-git-send-email-orenl@cs.columbia.edu>); of copy_process(), the lines that the patch adds.
 */
export const PATCH_FUNCTIONS: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  [RESTART]: {
    restore_debug_task: [59, 79],
    restore_debug_getme: [81, 94],
    restore_debug_error: [96, 107],
    restore_debug_running: [109, 115],
    restore_debug_exit: [117, 123],
    restore_debug_free: [125, 175],
    restore_read_tree: [624, 651],
    all_tasks_activated: [653, 656],
    get_active_pid: [658, 662],
    is_task_active: [664, 667],
    restore_notify_error: [673, 677],
    get_task_ctx: [679, 687],
    set_task_ctx: [690, 704],
    clear_task_ctx: [706, 717],
    restore_task_done: [719, 724],
    restore_activate_next: [726, 755],
    wait_task_active: [757, 771],
    wait_task_sync: [773, 781],
    wait_checkpoint_ctx: [784, 807],
    wait_sync_threads: [814, 850],
    do_restore_task: [852, 890],
    __prepare_descendants: [897, 932],
    prepare_descendants: [942, 957],
    wait_all_tasks_finish: [959, 972],
    choose_root_task: [974, 997],
    init_restart_ctx: [1000, 1025],
    __destroy_descendants: [1027, 1035],
    destroy_descendants: [1037, 1040],
    do_restore_coord: [1042, 1134],
    exit_checkpoint: [1230, 1244],
  },
  'kernel/fork.c': { copy_process: [1250, 1255] },
};

function lines(of: string, from: number, to = from, file = RESTART): PatchLines {
  return { file, function: of, from, to };
}

/** The result of the wait for a turn is dropped. */
const UNCHECKED_WAIT = lines('wait_task_active', 763, 770);
const SYNC = lines('wait_task_sync', 776, 780);
/** What a death leaves undone. */
const EXIT = lines('exit_checkpoint', 1237, 1243);
const FORK = lines('copy_process', 1252, 1253, 'kernel/fork.c');

/** By the title of the hunt. */
export const LINES: Readonly<Record<string, readonly PatchLines[]>> = {
  'Healthy restart reads past the end of pids_arr': [
    lines('restore_activate_next', 731, 737),
    lines('get_active_pid', 660, 661),
  ],
  'A task restores itself out of turn after a signal at sync point 2': [UNCHECKED_WAIT],
  'A task restores the state of another task after a signal at sync point 2': [
    UNCHECKED_WAIT,
    lines('do_restore_task', 870, 876),
  ],
  'Coordinator hits a BUG_ON after a signal at sync point 2': [lines('wait_all_tasks_finish', 963), UNCHECKED_WAIT],
  'A task resumes before all tasks are restored after a signal at sync point 3': [SYNC],
  'A half-restored task escapes from a failed restart': [
    SYNC,
    lines('do_restore_task', 887),
    lines('__destroy_descendants', 1031, 1032),
  ],
  'Coordinator hangs when a task dies before it calls restart()': [EXIT, lines('wait_all_tasks_finish', 968)],
  'Restart hangs when a task exits instead of calling restart()': [EXIT, lines('restore_activate_next', 740, 743)],
  'Threads wait for a leader that has exited': [
    lines('wait_sync_threads', 828, 836),
    lines('__prepare_descendants', 923, 931),
  ],
  'Failed restart does not kill tasks that were reparented to init': [lines('destroy_descendants', 1039)],
  'An interrupted ghost hits a BUG_ON': [lines('exit_checkpoint', 1237, 1238)],
  'A failed fork leaks a reference to the context': [FORK],
  'A task that the image does not name waits indefinitely': [
    UNCHECKED_WAIT,
    lines('get_active_pid', 660, 661),
    lines('prepare_descendants', 952, 955),
  ],
  'A duplicate pid in the image leaves another task waiting': [
    lines('restore_read_tree', 647),
    lines('prepare_descendants', 952, 955),
  ],
  'Debug build crashes when the status list cannot be allocated': [
    lines('do_restore_task', 861, 863),
    lines('restore_debug_getme', 93),
    lines('restore_debug_error', 98, 100),
  ],
  'Status list reports a zombie as Running': [
    lines('restore_debug_exit', 121, 122),
    lines('restore_debug_free', 161, 162),
  ],
  'Status list reports a failed coordinator as Running': [lines('do_restore_coord', 1049, 1069)],
  'A child forked during restart makes nr_total negative': [
    FORK,
    lines('prepare_descendants', 955),
    lines('restore_task_done', 721, 723),
  ],
  'An error recorded between the last check and SUCCESS is lost': [lines('do_restore_coord', 1124, 1128)],
  'Debug build dereferences NULL when the size of pids_arr is refused': [
    lines('restore_read_tree', 637, 640),
    lines('restore_debug_free', 145, 146),
  ],
  'Debug build prints pids that were never read': [
    lines('restore_read_tree', 637, 647),
    lines('restore_debug_free', 145, 146),
  ],
  'Debug build reads past the end of pids_arr when its size wraps': [
    lines('restore_read_tree', 637, 639),
    lines('restore_debug_free', 145, 146),
  ],
  'A signal at sync point 1 kills the root, and its children wait indefinitely': [
    lines('wait_checkpoint_ctx', 794, 798),
  ],
  'A ghost beside a task of another owner hits a BUG_ON without any fault': [
    lines('exit_checkpoint', 1237, 1238),
    lines('__prepare_descendants', 903, 906),
  ],
  "Restart reports success after two tasks restored each other's state": [
    UNCHECKED_WAIT,
    lines('do_restore_task', 870, 876),
  ],
  'Restart of a sound image fails with EINVAL because two tasks read parts of one record': [
    UNCHECKED_WAIT,
    lines('do_restore_task', 870, 876),
  ],
  'Patch 30/96 alone cannot restart two tasks': [lines('do_restore_task', 876, 881)],
};

/** As the page says it. */
export function linesText(of: readonly PatchLines[]): string {
  const files = [...new Set(of.map(({ file }) => file))];
  const inFile = (file: string) =>
    of
      .filter((one) => one.file === file)
      .map(({ function: name, from, to }) => `\`${name}()\` ${from === to ? from : `${from}–${to}`}`)
      .join(', ');
  return files.map((file) => `\`${file}\`: ${inFile(file)}`).join('; ');
}
