/** Runs a case again when it failed: on real tasks a finding may be a race. A case that passes after a failure is flaky, never passed. */
import type { Attempt, Verdict } from '../record/verdict.ts';

/** At most `retries` attempts more, while the last one failed. `again`: whether a further attempt may begin. */
export async function retryWhileFailing(
  run: () => Promise<Verdict>,
  retries: number,
  again: () => boolean = () => true,
): Promise<Verdict> {
  const attempts = [await run()];
  while (attempts.at(-1)!.status === 'fail' && attempts.length <= retries && again()) attempts.push(await run());
  return attempts.length === 1 ? attempts[0]! : sumUp(attempts);
}

/** The verdict of the first attempt, which failed: `flaky` where the last one passed. */
function sumUp(attempts: readonly Verdict[]): Verdict {
  const [first, last] = [attempts[0]!, attempts.at(-1)!];
  const failed = attempts.filter(({ status }) => status === 'fail').length;
  return {
    ...first,
    ...(last.status === 'pass' && {
      status: 'flaky',
      reason: `it failed in ${failed} of ${attempts.length} attempts, and passed in the last one`,
    }),
    attempts: attempts.map(describeAttempt),
    duration: attempts.reduce((sum, { duration }) => sum + duration, 0),
  };
}

function describeAttempt({ status, violations, duration }: Verdict): Attempt {
  const violated = [...new Set(violations.map(({ property }) => property))];
  return { status: status === 'flaky' ? 'fail' : status, violated, duration: Math.round(duration) };
}
