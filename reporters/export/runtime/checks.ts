/** For each property of container runtimes: what a reproducer looks at, and the shell test that is true when the property is violated. */
import type { Driver } from '../../../src/backends/oci/drivers/driver.ts';
import { RESTORING_CALLS, type RuntimeCall, SAVING_CALLS } from '../../../src/model/runtime.ts';
import { CannotExport, type ExportedFinding } from '../finding.ts';
import { STORAGE } from './container.ts';
import { LOG, type ScriptCall, WORK } from './setup.ts';

export interface RuntimeCheck {
  readonly property: string;
  /** It reads the exit status of each call, and what `look` has found. */
  readonly test: string;
  readonly text: string;
  /** Command that prints what was found. */
  readonly show?: string;
  /** The call that it is about. */
  readonly of: ScriptCall;
  /** Just before that call, and after it, when what ends in two seconds has ended. */
  readonly before?: string;
  readonly after?: string;
  /** Just before the call that saves the container. */
  readonly beforeSave?: string;
  /** The shell functions that it needs. */
  readonly uses: readonly ('things' | 'seen' | 'status' | 'tasks' | 'state' | 'facts')[];
}

type Check = Omit<RuntimeCheck, 'property'>;

/** What is there when a call has returned success. */
const DONE: Readonly<Partial<Record<RuntimeCall, string>>> = {
  checkpoint: 'gone',
  delete: 'gone',
  'leave-running': 'runs',
  restore: 'runs',
  'restore-renamed': 'runs',
  pause: 'frozen',
  resume: 'runs',
};

/** The checks of the violated properties. Throws CannotExport. */
export function selectRuntimeChecks(
  finding: ExportedFinding,
  calls: readonly ScriptCall[],
  driver: Driver,
): RuntimeCheck[] {
  const { violates } = finding;
  const last = calls.at(-1)!;
  const faulty = calls.findLast(({ faults }) => faults.length > 0) ?? last;
  const saving = calls.findLast(({ call }) => SAVING_CALLS.has(call));
  const restoring = calls.findLast(({ call }) => RESTORING_CALLS.has(call));
  const all: Record<string, Check | false | undefined> = {
    'container-continues-after-restore': restoring && {
      test: `[ $${restoring.status} = 0 ] && [ "$restored" -lt ${driver.sharesFiles ? finding.case.tasks.length : 1} ]`,
      text: 'the restore returned success, and tasks of the container are missing',
      of: restoring,
      after: 'restored=$(tasks | wc -l)',
      uses: ['tasks'],
    },
    'restored-container-matches-checkpoint': restoring && {
      test: `[ $${restoring.status} = 0 ] && ! diff state state-after`,
      text: 'the restore returned success, and the processes of the container are not as they were',
      of: restoring,
      beforeSave: 'state > state',
      after: 'state > state-after',
      uses: ['tasks', 'state'],
    },
    'container-survives-failed-checkpoint': saving && {
      test: `[ $${saving.status} != 0 ] && ! diff facts facts-after`,
      text: 'the checkpoint failed, and the container is not as it was',
      of: saving,
      before: `facts ${saving.name} > facts`,
      after: `facts ${saving.name} > facts-after`,
      uses: ['tasks', 'seen', 'status', 'state', 'facts'],
    },
    'failed-container-restore-leaves-nothing': restoring && {
      test: `[ $${restoring.status} != 0 ] && [ -s left ]`,
      text: 'the failed restore has left this',
      show: 'cat left',
      of: restoring,
      before: 'things > before',
      after: 'things > now; comm -13 before now > left',
      uses: ['things'],
    },
    'failed-container-restore-frees-name': restoring && {
      test: `[ $${restoring.status} != 0 ] && [ "$deleted $created" != "0 0" ]`,
      text: 'after the failed restore no new container of that name can be started',
      show: `tail -n 2 ${LOG}`,
      of: restoring,
      uses: [],
    },
    'runtime-reports-truth': checkTruth(last),
    'runtime-names-first-error': driver.hasCriu && {
      test: `[ $${faulty.status} != 0 ] && [ "$error" ] && ! grep -qF "$error" ${LOG}`,
      text: 'the message of the runtime has not the first error of CRIU',
      show: `echo "CRIU: $error"; tail -n 2 ${LOG}`,
      of: faulty,
      after: readFirstError(faulty, driver),
      uses: [],
    },
    'deleted-containers-leave-nothing': {
      test: '[ -s rest ]',
      text: 'all containers were deleted, and this is left',
      show: 'cat rest',
      of: last,
      uses: ['things'],
    },
    'runtime-ends-in-time': {
      test: `[ $${faulty.status} = 137 ]`,
      text: `the ${faulty.call} did not end in time`,
      of: faulty,
      uses: [],
    },
  };
  const checks = violates.flatMap((property) => {
    const check = all[property];
    return check ? [{ property, ...check }] : [];
  });
  if (checks.length === 0)
    throw new CannotExport(`no script can see ${violates.join(', ') || 'that nothing is violated'}`);
  return checks;
}

/** The state that the runtime reports, and whether a success has done what was asked for. */
function checkTruth(of: ScriptCall): Check {
  const done = DONE[of.call];
  const success = done === undefined ? '' : `[ $${of.status} = 0 ] && [ "\${truth#*/}" != ${done} ] || `;
  return {
    test: `${success}case $truth in running/runs | paused/frozen | created/* | stopped/gone | /gone) false ;; esac`,
    text: 'what the runtime reports, and what is there, differ',
    show: 'echo "exit status $' + of.status + ', state/container: $truth"',
    of,
    after: `truth=$(status ${of.name})/$(seen)`,
    uses: ['tasks', 'seen', 'status'],
  };
}

/** The text of the first error in CRIU's log; what CRIU logs as errors while it finds out what the kernel can do is none. */
function readFirstError({ call }: ScriptCall, { logs }: Driver): string {
  const name = SAVING_CALLS.has(call) ? 'dump.log' : 'restore.log';
  const file = logs === undefined ? `${WORK}/${name}` : `$(find ${STORAGE} -name ${name})`;
  return `error=$(sed -n 's/^.*Error ([^)]*): //p' ${file} 2> /dev/null | grep -vE '^(rlimit: |tun: Unable)' | head -n 1)`;
}
