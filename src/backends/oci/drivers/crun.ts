/** crun, the runtime in C: its command line is runc's, but for the log. */
import type { Driver } from './driver.ts';
import { runc } from './runc.ts';

const ROOT = '/run/crun';

export const crun: Driver = {
  ...runc,
  name: 'crun',
  stateFolders: [ROOT],
  isBuiltWithCriu: (printed) => /\+CRIU\b/.test(printed),
  command(call, context) {
    // Behind runc's `--root <folder> --log <file>`.
    const words = runc.command(call, context).slice(5);
    return ['crun', '--root', ROOT, `--log=file:${context.log}`, ...words];
  },
};
