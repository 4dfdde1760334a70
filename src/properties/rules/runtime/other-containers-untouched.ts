/** What is done to one container changes no other. */
import { few } from '../../criu-census.ts';
import type { Property } from '../../property.ts';
import { compareProcesses } from '../../runtime-census.ts';
import { differences, statusText } from '../../runtime-runs.ts';

const name = 'other-containers-untouched';

export const otherContainersUntouched: Property = {
  name,
  title: 'Other containers are untouched',
  statement:
    'A container that no call names runs from the first call to the last, with the same state and memory, and each of its processes is as it was, as seen from outside.',
  source: 'the runtime specification: a call is about the container that it names',
  hint: 'Which name, cgroup or process group do both containers share?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    const { before, after } = runtime.bystander;
    const found = differences(before, after);
    if (statusText(before) !== statusText(after)) found.push(`its state is ${statusText(after)}`);
    if (found.length === 0) found.push(...compareProcesses(before.census, after.census));
    return found.length === 0 ? [] : [{ property: name, message: `of another container ${few(found)}` }];
  },
};
