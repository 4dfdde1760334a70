/** runc, the reference runtime. */
import type { CallContext, Driver, DriverCall } from './driver.ts';
import { GUEST, isTreeScript } from './driver.ts';

const ROOT = '/run/runc';

export const runc: Driver = {
  name: 'runc',
  hasCriu: true,
  // Before it CRIU is asked for its version, and ahead of a pre-dump for what it can do.
  criuStart: (call) => (call === 'pre-dump' ? 3 : 2),
  keepsSaved: false,
  stateFolders: [ROOT],
  lacks: [],
  sharesFiles: true,
  command: (call, context) => ['runc', '--root', ROOT, '--log', context.log, ...words(call, context)],
  isInit: isTreeScript,
};

function words(call: DriverCall, { name, bundle, images, parent, work, options }: CallContext): string[] {
  const folders = ['--image-path', images, '--work-path', work];
  const saving = ['checkpoint', ...folders, ...(parent === undefined ? [] : ['--parent-path', parent]), ...options];
  switch (call) {
    case 'run':
      return ['run', '--detach', '--bundle', bundle, name];
    case 'checkpoint':
      return [...saving, name];
    case 'leave-running':
      return [...saving, '--leave-running', name];
    case 'pre-dump':
      return [...saving, '--pre-dump', name];
    case 'restore':
    case 'restore-renamed':
      return ['restore', '--detach', '--bundle', bundle, ...folders, ...options, name];
    case 'exec':
      return ['exec', name, '/bin/busybox', 'true'];
    case 'exec-detached':
      return ['exec', '--detach', name, ...GUEST];
    case 'kill':
      return ['kill', name, 'KILL'];
    case 'delete':
      return ['delete', '--force', name];
    default:
      return [call, name];
  }
}
