/** The error of a runtime names the first error of CRIU. */
import type { Property } from '../../property.ts';
import { runText, succeeded } from '../../runtime-runs.ts';

const name = 'runtime-names-first-error';
/** CRIU logs these as errors while it finds out what the kernel can do, and continues. */
const HARMLESS = /^(util\.c:\d+: rlimit: |tun\.c:\d+: tun: Unable to create tun)/;

export const runtimeNamesFirstError: Property = {
  name,
  title: 'The error of a runtime names the first error of CRIU',
  statement:
    'When CRIU has logged an error and the call fails, the message of the runtime contains the text of the first error. (Not judged of a call in which a fault hit the runtime itself: CRIU then fails because the runtime did.)',
  source: 'the user of an engine has its message, and often no access to the log of CRIU',
  hint: 'Does the runtime read the log of CRIU, or only name its file?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs.flatMap((run) => {
      const first = run.criuErrors.find((line) => !HARMLESS.test(line));
      if (
        succeeded(run) ||
        run.exit === undefined ||
        first === undefined ||
        run.hits.some((hit) => hit.startsWith('runtime'))
      )
        return [];
      const text = first.replace(/^\S+:\d+: /, '');
      if (run.message.includes(text)) return [];
      const said = run.message.split('\n').at(-1) || 'nothing';
      return [{ property: name, message: `${runText(runtime, run)} with "${said}"; CRIU's first error was "${text}"` }];
    });
  },
};
