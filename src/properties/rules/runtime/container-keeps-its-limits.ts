/** A container has the limits that it was given. */
import type { RuntimeContainer } from '../../../record/runtime.ts';
import type { Property } from '../../property.ts';
import { runText } from '../../runtime-runs.ts';

const name = 'container-keeps-its-limits';

export const containerKeepsItsLimits: Property = {
  name,
  title: 'A container keeps its limits',
  statement:
    'Before and after each call the cgroup of a container that exists has the limits that the scenario gives it, also after a restore, and in each hierarchy of cgroup v1. (Not judged around a call in which a fault hit the cgroup.)',
  source: 'the runtime specification: linux.resources; runc-restore(8)',
  hint: 'Which cgroup has the restored init, and is the limit set there, by the runtime or by CRIU?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    const judged = runtime.runs.filter(({ hits }) => !hits.includes('cgroup'));
    const seen = judged.flatMap((run) => [
      ...(run === runtime.runs[0] ? lostLimits(run.before).map((text) => `a new container has ${text}`) : []),
      ...lostLimits(run.after).map((text) => `${runText(runtime, run)}, and the container has ${text}`),
    ]);
    const others = lostLimits(runtime.bystander.after).map((text) => `another container has ${text}`);
    return [...seen, ...others].map((message) => ({ property: name, message }));
  },
};

function lostLimits({ limits = [] }: RuntimeContainer): string[] {
  return limits
    .filter(({ asked, value }) => asked !== value)
    .map(({ file, asked, value }) => `${value === '' ? 'no value' : value} in ${file} in place of ${asked}`);
}
