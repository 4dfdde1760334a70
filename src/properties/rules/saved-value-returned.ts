/** A restored task returns the value that the image saved. */
import type { Case } from '../../model/case.ts';
import { type Property, stepAt } from '../property.ts';
import { type Fate, storyOf } from '../story.ts';
import { nameOf, resultText } from '../words.ts';

const name = 'saved-value-returned';

export const savedValueReturned: Property = {
  name,
  title: 'The saved value is what a task returns',
  statement:
    'A task that comes out of restart with success returns the value saved in the record that it read, instead of 0; so does the caller of a TASKSELF restart.',
  source:
    'docs/protocol.md, "The call" (5); do_restart, restore_retval; changelog v17 "Fix restore_retval() and use only for restarting tasks"',
  hint: 'Which result came out: 0, an error that nobody looked at, or the value of another record?',
  check(c, record) {
    for (const [actor, fate] of storyOf(c, record).fates) {
      const saved = savedFor(c, fate);
      if (saved === undefined || fate.result === saved || fate.result! < 0) continue;
      const message = `${nameOf(actor)} read record ${fate.record}, which saves ${resultText(saved)}, and returned ${resultText(fate.result!)}`;
      const [expected, actual] = [resultText(saved), resultText(fate.result!)];
      return [{ property: name, message, expected, actual, ...stepAt(record, fate.returned) }];
    }
    return [];
  },
};

/** The value that this actor should return; undefined when it has no result, or read no record. */
function savedFor(c: Case, { record, result }: Readonly<Fate>): number | undefined {
  return record === undefined || result === undefined ? undefined : c.image.records[record]?.retval;
}
