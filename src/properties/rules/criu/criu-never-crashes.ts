/** CRIU never crashes, also not on requests that it cannot fulfil. */

import type { Case } from '../../../model/case.ts';
import { SIGNALS } from '../../../model/signals.ts';
import type { CriuRecord, CriuRun } from '../../../record/criu.ts';
import { listRuns, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'criu-never-crashes';

export const criuNeverCrashes: Property = {
  name,
  title: 'CRIU never crashes',
  statement:
    'No call of CRIU, and none of its restorers, dies from a signal that neither the scenario nor mktrouble sent, on any images: an error is an error message and an exit code.',
  source: 'criu(8), "EXIT STATUS"; images.c and protobuf.c check what they read',
  hint: 'The log of CRIU with -v4 shows how far it got; a debugger on the same images shows the rest.',
  check(c, { criu }) {
    if (!criu) return [];
    return listRuns(criu).flatMap((run) => {
      const text = findCrash(c, criu, run);
      return text === undefined ? [] : [{ property: name, message: `${run.of}: ${text}` }];
    });
  },
};

/** Signals that a program brings upon itself. */
const CRASHES: ReadonlySet<number> = new Set(
  (['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'] as const).map((signal) => SIGNALS[signal]),
);

function findCrash(c: Case, criu: CriuRecord, run: CriuRun): string | undefined {
  if (run.signal !== undefined && !wasEnded(run) && !wasSent(c, criu, run)) return `CRIU dies by signal ${run.signal}`;
  const bug = run.errors.find((error) => /BUG at/.test(error));
  if (bug !== undefined) return bug;
  const dead = run.errors.find((error) => CRASHES.has(Number(/killed by signal (\d+)/.exec(error)?.[1])));
  return dead === undefined || criu.hits.some(({ to }) => typeof to === 'number')
    ? undefined
    : `a restorer of CRIU crashes: ${dead}`;
}

/** Whether the scenario sent this signal, or asked for it. */
function wasSent({ criu: setup }: Case, { hits, rival }: CriuRecord, run: CriuRun): boolean {
  const { of, signal, injected = [] } = run;
  if (rival?.run === run && rival.hit === 'kill' && signal === SIGNALS.SIGKILL) return true;
  if (hits.some((hit) => hit.to === 'criu' && (hit.own !== undefined || hit.signal === signal))) return true;
  if (injected.some((call) => call.signal !== undefined && SIGNALS[call.signal] === signal)) return true;
  // Some of CRIU's own fault points are its sudden death.
  if (signal === SIGNALS.SIGKILL && setup?.faultPoint?.of === of) return true;
  return signal === SIGNALS.SIGXFSZ && setup?.limits[of]?.fileSize !== undefined;
}
