/** When all containers are deleted nothing is left of them. */
import type { Property } from '../../property.ts';

const name = 'deleted-containers-leave-nothing';

export const deletedContainersLeaveNothing: Property = {
  name,
  title: 'Deleted containers leave nothing behind',
  statement:
    'When every container was deleted there is no process, cgroup, mount, state folder, file below /run and /tmp (also of locks and network namespaces), network device or firewall rule that was not there before the first was started.',
  source: 'the runtime specification: delete removes the resources that create made',
  hint: 'Which call made it, and does its state say that it exists?',
  check(_c, { runtime }) {
    if (!runtime || runtime.left.length === 0) return [];
    return [{ property: name, message: `all containers were deleted, and there is ${runtime.left.join(', ')}` }];
  },
};
