/**
 * Where a violation of a container runtime shows: the runtime and its call; what had been done to it distinguishes defects of one call, and of
 * processes that differ what differs.
 */
import type { Case } from '../model/case.ts';
import { runtimeFaultText } from '../model/runtime.ts';
import type { RuntimeRecord } from '../record/runtime.ts';
import { runtimeEndText } from '../record/runtime-text.ts';
import type { Violation } from '../record/verdict.ts';
import { kindsOfChanges } from './runtime-census.ts';
import type { Location } from './signature-restart.ts';

/** Those that compare processes. */
const OF_PROCESSES: ReadonlySet<string> = new Set([
  'restored-container-matches-checkpoint',
  'kept-container-is-unchanged',
  'container-survives-failed-checkpoint',
]);

export function locateInRuntime(c: Case, { runtime, runs }: RuntimeRecord, violation: Violation): Location {
  const { property, message } = violation;
  const run = runs.find(({ call }) => message.startsWith(`${runtime} ${call} `)) ?? runs.at(-1);
  const faults = (c.runtime?.faults ?? []).map((fault) =>
    runtimeFaultText(fault).replace(/, at call \d+ of /, ', at '),
  );
  const how = run ? runtimeEndText(run).replace(/\d+/g, '#') : '';
  const kinds = run && OF_PROCESSES.has(property) ? kindsOfChanges(c, runs, run).sort() : [];
  return {
    place: `${runtime} ${run?.call ?? ''}`.trim(),
    shape: [how, ...faults, ...kinds].filter((part) => part !== '').join(', '),
  };
}
