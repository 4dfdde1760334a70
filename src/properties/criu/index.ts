/** The properties of a dump and a restore by CRIU. They judge records of that backend, and no others. */
import type { Property } from '../property.ts';
import { checkSucceeds } from './check-succeeds.ts';
import { criuEndsInTime } from './criu-ends-in-time.ts';
import { criuLogIsBounded } from './criu-log-is-bounded.ts';
import { criuNeverCrashes } from './criu-never-crashes.ts';
import { dumpedTreeCanBeRestored } from './dumped-tree-can-be-restored.ts';
import { dumpedTreeIsGone } from './dumped-tree-is-gone.ts';
import { failedDumpHasACause } from './failed-dump-has-a-cause.ts';
import { failedDumpLeavesTreeRunning } from './failed-dump-leaves-tree-running.ts';
import { failedRestoreCanBeTriedAgain } from './failed-restore-can-be-tried-again.ts';
import { failedRestoreLeavesNobody } from './failed-restore-leaves-nobody.ts';
import { failedRestoreSaysSo } from './failed-restore-says-so.ts';
import { noBystanderHarmed } from './no-bystander-harmed.ts';
import { restoredProgramRuns } from './restored-program-runs.ts';
import { whatWasThere } from './what-was-there-is-there-again.ts';

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
