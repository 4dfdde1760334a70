/** The properties of container runtimes. They judge records of their calls, and no others. */
import type { Property } from './property.ts';
import { containerContinuesAfterRestore } from './rules/runtime/container-continues-after-restore.ts';
import { containerKeepsItsLimits } from './rules/runtime/container-keeps-its-limits.ts';
import { containerSurvivesFailedCheckpoint } from './rules/runtime/container-survives-failed-checkpoint.ts';
import { deletedContainersLeaveNothing } from './rules/runtime/deleted-containers-leave-nothing.ts';
import { failedContainerRestoreFreesName } from './rules/runtime/failed-container-restore-frees-name.ts';
import { failedContainerRestoreLeavesNothing } from './rules/runtime/failed-container-restore-leaves-nothing.ts';
import { keptContainerIsUnchanged } from './rules/runtime/kept-container-is-unchanged.ts';
import { otherContainersUntouched } from './rules/runtime/other-containers-untouched.ts';
import { restoredContainerMatchesCheckpoint } from './rules/runtime/restored-container-matches-checkpoint.ts';
import { runtimeEndsInTime } from './rules/runtime/runtime-ends-in-time.ts';
import { runtimeNamesFirstError } from './rules/runtime/runtime-names-first-error.ts';
import { runtimeReportsTruth } from './rules/runtime/runtime-reports-truth.ts';

/** In the order of reports: what a success must do, what a failure must do, then what a runtime must not. */
export const RUNTIME_PROPERTIES: readonly Property[] = [
  containerContinuesAfterRestore,
  restoredContainerMatchesCheckpoint,
  keptContainerIsUnchanged,
  containerKeepsItsLimits,
  containerSurvivesFailedCheckpoint,
  failedContainerRestoreLeavesNothing,
  failedContainerRestoreFreesName,
  runtimeReportsTruth,
  runtimeNamesFirstError,
  otherContainersUntouched,
  deletedContainersLeaveNothing,
  runtimeEndsInTime,
];
