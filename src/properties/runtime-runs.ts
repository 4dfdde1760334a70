/** What rules about container runtimes share: how a call ended, in words, and how a container differs. */
import { RESTORING_CALLS, SAVING_CALLS } from '../model/runtime.ts';
import type { RuntimeContainer, RuntimeEnd, RuntimeRecord, RuntimeRun } from '../record/runtime.ts';
import { runtimeEndText } from '../record/runtime-text.ts';

export function succeeded({ exit }: RuntimeEnd): boolean {
  return exit === 0;
}

export function isSaving({ call }: RuntimeRun): boolean {
  return SAVING_CALLS.has(call);
}

export function isRestoring({ call }: RuntimeRun): boolean {
  return RESTORING_CALLS.has(call);
}

/** `runc checkpoint failed with exit code 1`. */
export function runText({ runtime }: RuntimeRecord, run: RuntimeRun): string {
  return `${runtime} ${run.call} ${runtimeEndText(run)}`;
}

/** What is no longer as it was; the tasks of a container answer each question with one more than before. */
export function differences(before: RuntimeContainer, after: RuntimeContainer): string[] {
  const found: string[] = [];
  if (!after.isThere) return ['it has ended'];
  if (after.isFrozen && !before.isFrozen) found.push('its cgroup is frozen');
  if (/[Tt]/.test(after.state ?? '') && !/[Tt]/.test(before.state ?? ''))
    found.push(`its init is ${after.state === 'T' ? 'stopped' : 'traced, and stopped'}`);
  if (after.processes < before.processes) found.push(`it has ${after.processes} of ${before.processes} processes`);
  if (after.isAsked && before.isAsked) found.push(...changedAnswers(before, after));
  return found;
}

/** The tasks that no longer answer, or answer as if time had gone backwards, or without their memory. */
export function changedAnswers(before: RuntimeContainer, after: RuntimeContainer): string[] {
  return Object.entries(before.answers).flatMap(([pid, { asked, memory }]) => {
    const now = after.answers[Number(pid)];
    if (!now) return [`task ${pid} does not answer`];
    if (now.memory !== memory) return [`task ${pid} has lost its memory`];
    return now.asked > asked ? [] : [`task ${pid} was asked ${asked} times before, and ${now.asked} times after it`];
  });
}

export function statusText({ status, unknown }: RuntimeContainer): string {
  return unknown ? 'no state' : (status ?? 'no such container');
}
