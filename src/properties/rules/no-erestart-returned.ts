/** No -ERESTART* code leaves restart(2). */
import type { Case } from '../../model/case.ts';
import { isRestartCode } from '../../model/errno.ts';
import { type Property, stepAt } from '../property.ts';
import { type Fate, isFailure, readStory } from '../story.ts';
import { formatActor, resultText } from '../words.ts';

const name = 'no-erestart-returned';

export const noErestartReturned: Property = {
  name,
  title: 'restart never returns -ERESTART*',
  statement:
    'restart(2) is not idempotent, so the kernel must never restart it by itself: -ERESTARTSYS, -ERESTARTNOINTR, -ERESTARTNOHAND and -ERESTART_RESTARTBLOCK are returned as -EINTR. (A value saved in the image is not a result of this call.)',
  source:
    'docs/protocol.md, "The call" (4); do_restart ("restart(2) isn\'t idempotent: should not be auto-restarted"); changelog v17 "Coordinator converts -ERSTART... to -EINTR"',
  hint: 'Which exit path of restart skips the conversion?',
  check(c, record) {
    for (const [actor, fate] of readStory(c, record).fates) {
      if (!isLetOut(c, fate)) continue;
      const actual = resultText(fate.result!);
      const message = `restart returned ${actual} to ${formatActor(actor)}`;
      return [{ property: name, message, expected: '-EINTR', actual, ...stepAt(record, fate.returned) }];
    }
    return [];
  },
};

function isLetOut(c: Case, fate: Readonly<Fate>): boolean {
  return fate.result !== undefined && isRestartCode(fate.result) && isFailure(c, fate);
}
