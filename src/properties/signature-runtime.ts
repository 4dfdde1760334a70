/** Where a violation of a container runtime shows: the runtime and its call; what had been done to it distinguishes defects of one call. */
import type { Case } from '../model/case.ts';
import { runtimeFaultText } from '../model/runtime.ts';
import type { RuntimeRecord } from '../record/runtime.ts';
import { runtimeEndText } from '../record/runtime-text.ts';
import type { Violation } from '../record/verdict.ts';
import type { Location } from './signature-restart.ts';

export function locateInRuntime(c: Case, { runtime, runs }: RuntimeRecord, { message }: Violation): Location {
  const run = runs.find(({ call }) => message.startsWith(`${runtime} ${call} `)) ?? runs.at(-1);
  const faults = (c.runtime?.faults ?? []).map((fault) =>
    runtimeFaultText(fault).replace(/, at call \d+ of /, ', at '),
  );
  const how = run ? runtimeEndText(run).replace(/\d+/g, '#') : '';
  return {
    place: `${runtime} ${run?.call ?? ''}`.trim(),
    shape: [how, ...faults].filter((part) => part !== '').join(', '),
  };
}
