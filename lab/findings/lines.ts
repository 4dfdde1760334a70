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
const TURN = lines('wait_task_active', 763, 770);
const SYNC = lines('wait_task_sync', 776, 780);
/** What a death leaves undone. */
const EXIT = lines('exit_checkpoint', 1237, 1243);
const FORK = lines('copy_process', 1252, 1253, 'kernel/fork.c');

/** By the title of the hunt. */
export const LINES: Readonly<Record<string, readonly PatchLines[]>> = {
  'A healthy restart reads past pids_arr': [
    lines('restore_activate_next', 731, 737),
    lines('get_active_pid', 660, 661),
  ],
  'A signal makes a task restore itself out of turn': [TURN],
  "A task out of turn takes another one's state": [TURN, lines('do_restore_task', 870, 876)],
  'A signal makes the coordinator hit its own BUG_ON': [lines('wait_all_tasks_finish', 963), TURN],
  'A signal lets a task go before all have restored themselves': [SYNC],
  'A half-restored task escapes from a restart that fails': [
    SYNC,
    lines('do_restore_task', 887),
    lines('__destroy_descendants', 1031, 1032),
  ],
  'The coordinator waits for a task that died before its call': [EXIT, lines('wait_all_tasks_finish', 968)],
  'A task that exits leaves everybody waiting': [EXIT, lines('restore_activate_next', 740, 743)],
  'Threads wait for a leader that has exited': [
    lines('wait_sync_threads', 828, 836),
    lines('__prepare_descendants', 923, 931),
  ],
  'Who was handed to init survives the clean-up': [lines('destroy_descendants', 1039)],
  'A ghost that is interrupted crashes the kernel': [lines('exit_checkpoint', 1237, 1238)],
  'A fork that fails keeps its reference': [FORK],
  'A task that the image does not name waits for good': [
    TURN,
    lines('get_active_pid', 660, 661),
    lines('prepare_descendants', 952, 955),
  ],
  'A pid that the image names twice leaves the other one waiting': [
    lines('restore_read_tree', 647),
    lines('prepare_descendants', 952, 955),
  ],
  'No memory for the status list crashes the debug build': [
    lines('do_restore_task', 861, 863),
    lines('restore_debug_getme', 93),
    lines('restore_debug_error', 98, 100),
  ],
  'The status list has a zombie as Running': [
    lines('restore_debug_exit', 121, 122),
    lines('restore_debug_free', 161, 162),
  ],
  'The status list has a coordinator as Running that failed long ago': [lines('do_restore_coord', 1049, 1069)],
  'A child forked in the middle makes the count fall below zero': [
    FORK,
    lines('prepare_descendants', 955),
    lines('restore_task_done', 721, 723),
  ],
  'An error between the last look and the success is lost': [lines('do_restore_coord', 1124, 1128)],
  'The debug build dereferences NULL when the size of pids_arr is refused': [
    lines('restore_read_tree', 637, 640),
    lines('restore_debug_free', 145, 146),
  ],
  'The debug build prints pids that were never read': [
    lines('restore_read_tree', 637, 647),
    lines('restore_debug_free', 145, 146),
  ],
  'The size of pids_arr wraps, and the debug build reads past its end': [
    lines('restore_read_tree', 637, 639),
    lines('restore_debug_free', 145, 146),
  ],
  'A signal at sync point 1 takes the root away from its children': [lines('wait_checkpoint_ctx', 794, 798)],
  'A ghost beside a stranger crashes the kernel, without any fault': [
    lines('exit_checkpoint', 1237, 1238),
    lines('__prepare_descendants', 903, 906),
  ],
  "Restart reports success after two tasks restored each other's state": [TURN, lines('do_restore_task', 870, 876)],
  'Restart of a sound image fails with EINVAL because two tasks read parts of one record': [
    TURN,
    lines('do_restore_task', 870, 876),
  ],
  "The patch alone can't restart two tasks": [lines('do_restore_task', 876, 881)],
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
