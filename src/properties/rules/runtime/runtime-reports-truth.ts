/** What a runtime reports is so. */
import type { RuntimeContainer, RuntimeRun } from '../../../record/runtime.ts';
import type { Property } from '../../property.ts';
import { changedAnswers, runText, statusText, succeeded } from '../../runtime-runs.ts';

const name = 'runtime-reports-truth';

export const runtimeReportsTruth: Property = {
  name,
  title: 'A runtime reports what is so',
  statement:
    'The exit code of each call, its message and the state that the runtime reports afterwards agree with the processes and cgroups that exist: a success has done what was asked for, a failure has a message, a running container has an init, one that is stopped or unknown has none, and a paused one is frozen.',
  source: 'the runtime specification: state, lifecycle',
  hint: 'Which of the three (exit code, state, processes) is wrong, and which step sets it?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs.flatMap((run) => {
      const found = [...ofSuccess(run), ...ofState(run.after)];
      if (run.exit !== undefined && run.exit !== 0 && run.message === '') found.push('it printed no message');
      return found.length === 0
        ? []
        : [{ property: name, message: `${runText(runtime, run)}, but ${found.join(', ')}` }];
    });
  },
};

function ofSuccess(run: RuntimeRun): string[] {
  const { call, before, after } = run;
  if (!succeeded(run)) return [];
  switch (call) {
    case 'checkpoint':
    case 'delete':
      return after.isThere ? ['the container is still there'] : [];
    case 'leave-running':
    case 'pre-dump':
      return after.isThere ? changedAnswers(before, after) : ['the container is gone'];
    case 'restore':
    case 'restore-renamed':
      return after.isThere ? [] : ['there is no container'];
    case 'pause':
      return after.isFrozen ? [] : ['the container is not frozen'];
    case 'resume':
      return after.isFrozen ? ['the container is frozen'] : [];
    default:
      return [];
  }
}

function ofState(container: RuntimeContainer): string[] {
  const { status, unknown, isThere, isFrozen } = container;
  const reported = `the runtime reports ${statusText(container)}`;
  if (unknown) return ['the runtime cannot report a state'];
  if (isThere && (status === undefined || status === 'stopped')) return [`${reported}, and its init exists`];
  if (!isThere && (status === 'running' || status === 'paused')) return [`${reported}, and it has no init`];
  if (isThere && isFrozen !== (status === 'paused')) return [`${reported}, and it is ${isFrozen ? '' : 'not '}frozen`];
  return [];
}
