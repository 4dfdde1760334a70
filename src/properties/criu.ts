/** The properties of a dump and a restore by CRIU. They judge records of that backend, and no others. */
import type { Case } from '../model/case.ts';
import { PLAIN_CRIU } from '../model/criu.ts';
import type { Property } from './property.ts';
import { answerAgreesWithResult } from './rules/criu/answer-agrees-with-result.ts';
import { bystandersUntouched } from './rules/criu/bystanders-untouched.ts';
import { checkSucceeds } from './rules/criu/check-succeeds.ts';
import { connectionSeesAPause } from './rules/criu/connection-sees-a-pause.ts';
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
import { killedDumpCanBeRetried } from './rules/criu/killed-dump-can-be-retried.ts';
import { noSecondLiveCopy } from './rules/criu/no-second-live-copy.ts';
import { oneOfSeveralRestoresSucceeds } from './rules/criu/one-of-several-restores-succeeds.ts';
import { restoreLeavesNothingBehind } from './rules/criu/restore-leaves-nothing-behind.ts';
import { restoredProgramRuns } from './rules/criu/restored-program-runs.ts';
import { restoredTreeMatchesDump } from './rules/criu/restored-tree-matches-dump.ts';
import { secondCriuDoesNoHarm } from './rules/criu/second-criu-does-no-harm.ts';
import { serverEndsWithCall } from './rules/criu/server-ends-with-call.ts';

/** Each judges one round. In the order of reports: what a success must do, what a failure must do, then what CRIU itself must not. */
const OF_A_ROUND: readonly Property[] = [
  restoredTreeMatchesDump,
  restoredProgramRuns,
  restoreLeavesNothingBehind,
  connectionSeesAPause,
  checkSucceeds,
  dumpedTreeIsGone,
  keptTreeIsUnchanged,
  dumpedTreeCanBeRestored,
  failedDumpHasACause,
  failedRestoreReportsError,
  failedRestoreLeavesNoTask,
  failedRestoreLeavesNothingBehind,
  failedRestoreCanBeRetried,
  killedDumpCanBeRetried,
  failedDumpLeavesTreeRunning,
  failedDumpLeavesNothingBehind,
  noSecondLiveCopy,
  oneOfSeveralRestoresSucceeds,
  secondCriuDoesNoHarm,
  bystandersUntouched,
  criuNeverCrashes,
  criuEndsInTime,
  serverEndsWithCall,
  answerAgreesWithResult,
  criuLogIsBounded,
];

/** The same, and each judges all rounds of a run. */
export const CRIU_PROPERTIES: readonly Property[] = OF_A_ROUND.map(judgeEachRound);

function judgeEachRound({ check, ...property }: Property): Property {
  return {
    ...property,
    check(c, record) {
      const earlier = record.criu?.earlier;
      if (!earlier) return check(c, record);
      const found = earlier.flatMap((criu, i) =>
        check(withoutFaults(c), { ...record, criu }).map((violation) => ({
          ...violation,
          round: i + 1,
          message: `round ${i + 1} of ${earlier.length + 1}: ${violation.message}`,
        })),
      );
      return [...found, ...check(c, record)];
    },
  };
}

/** The case of a round before the last: nothing is made to go wrong there. */
function withoutFaults(c: Case): Case {
  const { namespace, rounds, options, repeat, limit } = c.criu ?? PLAIN_CRIU;
  return {
    ...c,
    faults: [],
    criu: { ...PLAIN_CRIU, namespace, rounds, options, repeat, ...(limit !== undefined && { limit }) },
  };
}
