/** The coordinator reports the first error that was recorded. */
import { errnoNumber, isRestartCode } from '../../model/errno.ts';
import { selectEvents } from '../../record/read.ts';
import { type Property, stepAt } from '../property.ts';
import { NEVER, readStory } from '../story.ts';
import { formatActor, resultText } from '../words.ts';

const name = 'first-error-reported';

export const firstErrorReported: Property = {
  name,
  title: 'The first error is the one reported',
  statement:
    'Exactly one recorded error is the first, and restart returns that one to the coordinator (an -ERESTART* as -EINTR). A restart in which an error was recorded never reports success, and one that fails after its claim has recorded an error.',
  source:
    'docs/protocol.md, "The coordinator" (out) and "Recording an error"; ckpt_set_error, ckpt_get_error, do_restore_coord; changelog v18 "Track and report the first error if restart fails"',
  hint: 'Is the error flag tested before the last error can be set, and does the reader wait for errno_sync?',
  check(c, record) {
    const story = readStory(c, record);
    const { result, marked: claimed } = story.coordinator;
    const [error, second] = selectEvents(record, 'error').filter(
      (event) => event.first && !story.elsewhere.has(event.actor),
    );
    if (second !== undefined && error !== undefined) {
      const message = `both ${formatActor(error.actor)} and ${formatActor(second.actor)} recorded the first error`;
      return [{ property: name, message, step: second.step }];
    }
    if (result === undefined) return [];
    if (error === undefined) {
      if (!story.failed || claimed === NEVER) return [];
      const message = `the restart failed with ${resultText(result)} after its claim, and recorded no error`;
      return [{ property: name, message, ...stepAt(record, story.coordinator.returned) }];
    }
    const reported = isRestartCode(error.error) ? -errnoNumber('EINTR') : error.error;
    if (story.failed ? result === reported : false) return [];
    return [
      {
        property: name,
        message: `${formatActor(error.actor)} recorded ${resultText(error.error)} first; restart returned ${resultText(result)} to the coordinator`,
        expected: resultText(reported),
        actual: resultText(result),
        step: error.step,
      },
    ];
  },
};
