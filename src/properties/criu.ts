/** The properties of a dump and a restore by CRIU. They judge records of that backend, and no others. */
import type { Property } from './property.ts';
import { checkSucceeds } from './rules/criu/check-succeeds.ts';
import { criuEndsInTime } from './rules/criu/criu-ends-in-time.ts';
import { criuLogIsBounded } from './rules/criu/criu-log-is-bounded.ts';
import { criuNeverCrashes } from './rules/criu/criu-never-crashes.ts';
import { dumpedTreeCanBeRestored } from './rules/criu/dumped-tree-can-be-restored.ts';
import { dumpedTreeIsGone } from './rules/criu/dumped-tree-is-gone.ts';
import { failedDumpHasACause } from './rules/criu/failed-dump-has-a-cause.ts';
import { failedDumpLeavesTreeRunning } from './rules/criu/failed-dump-leaves-tree-running.ts';
import { failedRestoreCanBeTriedAgain } from './rules/criu/failed-restore-can-be-tried-again.ts';
import { failedRestoreLeavesNobody } from './rules/criu/failed-restore-leaves-nobody.ts';
import { failedRestoreSaysSo } from './rules/criu/failed-restore-says-so.ts';
import { noBystanderHarmed } from './rules/criu/no-bystander-harmed.ts';
import { restoredProgramRuns } from './rules/criu/restored-program-runs.ts';
import { whatWasThere } from './rules/criu/what-was-there-is-there-again.ts';

/** In the order of reports: what a success must do, what a failure must do, then what CRIU itself must not. */
export const CRIU_PROPERTIES: readonly Property[] = [
  whatWasThere,
  restoredProgramRuns,
  checkSucceeds,
  dumpedTreeIsGone,
  dumpedTreeCanBeRestored,
  failedDumpHasACause,
  failedRestoreSaysSo,
  failedRestoreLeavesNobody,
  failedRestoreCanBeTriedAgain,
  failedDumpLeavesTreeRunning,
  noBystanderHarmed,
  criuNeverCrashes,
  criuEndsInTime,
  criuLogIsBounded,
];
