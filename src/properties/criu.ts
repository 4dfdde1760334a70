/** The properties of a dump and a restore by CRIU. They judge records of that backend, and no others. */
import type { Property } from './property.ts';
import { bystandersUntouched } from './rules/criu/bystanders-untouched.ts';
import { checkSucceeds } from './rules/criu/check-succeeds.ts';
import { criuEndsInTime } from './rules/criu/criu-ends-in-time.ts';
import { criuLogIsBounded } from './rules/criu/criu-log-is-bounded.ts';
import { criuNeverCrashes } from './rules/criu/criu-never-crashes.ts';
import { dumpedTreeCanBeRestored } from './rules/criu/dumped-tree-can-be-restored.ts';
import { dumpedTreeIsGone } from './rules/criu/dumped-tree-is-gone.ts';
import { failedDumpHasACause } from './rules/criu/failed-dump-has-a-cause.ts';
import { failedDumpLeavesNothingBehind } from './rules/criu/failed-dump-leaves-nothing-behind.ts';
import { failedDumpLeavesTreeRunning } from './rules/criu/failed-dump-leaves-tree-running.ts';
import { failedRestoreCanBeRetried } from './rules/criu/failed-restore-can-be-retried.ts';
import { failedRestoreLeavesNoTask } from './rules/criu/failed-restore-leaves-no-task.ts';
import { failedRestoreLeavesNothingBehind } from './rules/criu/failed-restore-leaves-nothing-behind.ts';
import { failedRestoreReportsError } from './rules/criu/failed-restore-reports-error.ts';
import { keptTreeIsUnchanged } from './rules/criu/kept-tree-is-unchanged.ts';
import { restoreLeavesNothingBehind } from './rules/criu/restore-leaves-nothing-behind.ts';
import { restoredProgramRuns } from './rules/criu/restored-program-runs.ts';
import { restoredTreeMatchesDump } from './rules/criu/restored-tree-matches-dump.ts';

/** In the order of reports: what a success must do, what a failure must do, then what CRIU itself must not. */
export const CRIU_PROPERTIES: readonly Property[] = [
  restoredTreeMatchesDump,
  restoredProgramRuns,
  restoreLeavesNothingBehind,
  checkSucceeds,
  dumpedTreeIsGone,
  keptTreeIsUnchanged,
  dumpedTreeCanBeRestored,
  failedDumpHasACause,
  failedRestoreReportsError,
  failedRestoreLeavesNoTask,
  failedRestoreLeavesNothingBehind,
  failedRestoreCanBeRetried,
  failedDumpLeavesTreeRunning,
  failedDumpLeavesNothingBehind,
  bystandersUntouched,
  criuNeverCrashes,
  criuEndsInTime,
  criuLogIsBounded,
];
