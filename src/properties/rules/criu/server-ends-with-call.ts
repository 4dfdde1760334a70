/** The second CRIU beside a call ends with it. */

import { SERVER_WORDS } from '../../../model/criu-servers.ts';
import { SIGNALS } from '../../../model/signals.ts';
import type { CriuRun } from '../../../record/criu.ts';
import { endText } from '../../../record/program-text.ts';
import { listRuns, succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'server-ends-with-call';

export const serverEndsWithCall: Property = {
  name,
  title: 'Page servers and lazy-pages daemons end with their call',
  statement:
    'When a dump has ended, the page server that it used exits by itself; when a restore has ended, so does the lazy-pages daemon that it used, once the tree has all its memory. After a call that reported success its exit code is 0, and no signal kills it. (Not judged when a fault of the scenario has killed or stopped it, nor when the call never connected to it: then it waits on.)',
  source:
    'criu/page-xfer.c, cr_page_server(): serves one connection; criu/uffd.c, cr_lazy_pages(): handles page faults until every process has all pages',
  hint: 'What does the server wait for, and does the end of the connection end that wait? Or which of its errors did the call never see?',
  check(_c, { criu }) {
    if (!criu) return [];
    return listRuns(criu).flatMap((run) => {
      const reason = whyServerIsWrong(run);
      return reason === undefined ? [] : [{ property: name, message: reason }];
    });
  },
};

/** What is wrong with the server of a call; undefined: nothing, or it has none. */
export function whyServerIsWrong(run: CriuRun): string | undefined {
  const { server } = run;
  if (!server || server.hit === 'kill' || server.hit === 'stop' || wasEnded(run)) return undefined;
  const { end, errors } = server;
  const words = SERVER_WORDS[server.name];
  const cause = errors[0] === undefined ? '' : `: ${errors[0]}`;
  if (!end) return server.unused ? undefined : `the ${words} has not ended after the ${run.of}${cause}`;
  const isWrong = end.signal !== undefined ? end.signal !== SIGNALS.SIGKILL : end.exit !== 0 && succeeded(run);
  const call = succeeded(run) ? `the ${run.of} reported success` : `the ${run.of} failed`;
  return isWrong ? `${call}, but the ${words} ${endText(end)}${cause}` : undefined;
}
