/** What CRIU answers to a request is what it did. */

import type { CriuRun } from '../../../record/criu.ts';
import { callText } from '../../../record/program-text.ts';
import { listRuns, succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'answer-agrees-with-result';

export const answerAgreesWithResult: Property = {
  name,
  title: 'The answer of CRIU agrees with its result',
  statement:
    'A call by RPC is answered once, before CRIU exits: with success exactly when its exit code is 0. An answer that reports a failure has an errno or the text of an error, and that error is in the log of the call. (Not judged when CRIU was killed or crashed, nor for calls by the command line.)',
  source:
    'images/rpc.proto, criu_resp: "it states whether the request was served"; criu/cr-service.c, set_resp_err(): the errno and the first error of the log',
  hint: 'Container engines show this answer and nothing else. Which path ends the call without it, or with the error of another step?',
  check(_c, { criu }) {
    if (!criu) return [];
    return listRuns(criu).flatMap((run) => {
      const reason = whyAnswerIsWrong(run);
      return reason === undefined ? [] : [{ property: name, message: reason }];
    });
  },
};

/** An error that stops nothing, and which is the first one of every log where CRIU may not raise its limit of files. */
const STANDING = /RLIMIT_NOFILE for self/;

/** What is wrong with the answer of a call; undefined: nothing, or it was no request. */
export function whyAnswerIsWrong(run: CriuRun): string | undefined {
  const { responses, exit, errors } = run;
  if (!responses || exit === undefined || wasEnded(run)) return undefined;
  const [answer, ...others] = responses;
  if (!answer) return `${callText(run)}, and has answered nothing`;
  if (others.length > 0) return `the ${run.of} was answered ${responses.length} times`;
  if (answer.success !== succeeded(run))
    return `the answer reports ${answer.success ? 'success' : 'a failure'}, but ${callText(run)}`;
  if (answer.success) return undefined;
  const { message, errno } = answer;
  if (message === undefined && errno === undefined)
    return `${callText(run)}, and its answer has neither an errno nor the text of an error`;
  const isLogged = message === undefined || errors.includes(message) || STANDING.test(message);
  return isLogged
    ? undefined
    : `${callText(run)}, and its answer names an error that its log does not have: ${message}`;
}
