/** Once an error is recorded, no task restores itself from the image. */
import { type Property, stepAt } from '../property.ts';
import { NEVER, readStory } from '../story.ts';
import { formatActor } from '../words.ts';

const name = 'errors-stop-reads';

export const errorsStopReads: Property = {
  name,
  title: 'An error stops all reads of the image',
  statement:
    'A restore that begins after an error was recorded does not succeed: every read of the image tests the error flag first and returns that error instead.',
  source:
    'docs/protocol.md, "A restarting task" (restore); ckpt_kread; changelog v19-rc3 "Make kread/kwrite() abort if CKPT_CTX_ERROR is set"',
  hint: 'Which read of the image does not test the error flag?',
  check(c, record) {
    const { fates, firstError } = readStory(c, record);
    for (const [actor, { began, restored }] of fates) {
      if (began < firstError || began === NEVER || restored === NEVER) continue;
      const message = `${formatActor(actor)} restores itself after an error was recorded`;
      return [{ property: name, message, ...stepAt(record, restored) }];
    }
    return [];
  },
};
