/** runsc of gVisor: the sandbox saves itself, without CRIU. */
import type { CallContext, Driver, DriverCall } from './driver.ts';
import { GUEST } from './driver.ts';

const ROOT = '/run/runsc';

export const runsc: Driver = {
  name: 'runsc',
  hasCriu: false,
  criuStart: () => 1,
  keepsSaved: true,
  stateFolders: [ROOT],
  lacks: ['pre-dump'],
  sharesFiles: false,
  pausesInside: true,
  makesUserNamespace: true,
  command: (call, context) => [
    'runsc',
    ...['--root', ROOT, '--platform', 'ptrace', '--network', 'none', '--overlay2', 'none'],
    ...(context.container.rootless ? ['--rootless'] : []),
    ...(context.container.limits ? [] : ['--ignore-cgroups']),
    ...['--log', context.log],
    ...words(call, context),
  ],
  isInit: (words, { name }) => words.includes('boot') && words.at(-1) === name,
};

function words(call: DriverCall, { name, bundle, images, options }: CallContext): string[] {
  switch (call) {
    case 'run':
      return ['run', '-detach', '-bundle', bundle, name];
    case 'checkpoint':
      return ['checkpoint', '-image-path', images, ...options, name];
    case 'leave-running':
      return ['checkpoint', '-image-path', images, '-leave-running', ...options, name];
    case 'restore':
    case 'restore-renamed':
      return ['restore', '-detach', '-bundle', bundle, '-image-path', images, ...options, name];
    case 'exec':
      return ['exec', name, '/bin/busybox', 'true'];
    case 'exec-detached':
      // Without a file for the pid runsc puts `--pid-file` behind the command of the guest, which gets it as an argument.
      return ['exec', '-detach', '-pid-file', `${bundle}/guest.pid`, name, ...GUEST];
    case 'kill':
      return ['kill', name, 'KILL'];
    case 'delete':
      return ['delete', '-force', name];
    default:
      return [call, name];
  }
}
