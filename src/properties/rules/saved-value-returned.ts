/** A restored task returns the value that the image saved. */
import type { Case } from '../../model/case.ts';
import type { Actor } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { isFailure, readStory } from '../story.ts';
import { readTree, recordOwner } from '../tree.ts';
import { formatActor, resultText } from '../words.ts';

const name = 'saved-value-returned';

export const savedValueReturned: Property = {
  name,
  title: 'A restored task returns its saved value',
  statement:
    'A task to which restart returns success gets the value saved in its own record, not 0 and not the value of another task; so does the caller of a TASKSELF restart.',
  source:
    'docs/protocol.md, "The call" (5); do_restart, restore_retval; changelog v17 "Fix restore_retval() and use only for restarting tasks"',
  hint: 'What was returned: 0, an error that no caller checked, or the value of another record?',
  check(c, record) {
    for (const [actor, fate] of readStory(c, record).fates) {
      if (fate.record === undefined || fate.result === undefined || isFailure(c, fate)) continue;
      const own = ownRecord(c, actor, fate.record);
      const saved = c.image.records[own]?.retval;
      if (saved === undefined || fate.result === saved) continue;
      const read = own === fate.record ? '' : ` (it read record ${fate.record})`;
      const message = `record ${own} saves ${resultText(saved)}, and ${formatActor(actor)} returned ${resultText(fate.result)}${read}`;
      const [expected, actual] = [resultText(saved), resultText(fate.result)];
      return [{ property: name, message, expected, actual, ...stepAt(record, fate.returned) }];
    }
    return [];
  },
};

/** The actor's own record; the one that it read where the image names no other: for TASKSELF, and for a task without one. */
function ownRecord(c: Case, actor: Actor, read: number): number {
  if (typeof actor !== 'number' || recordOwner(c, read) === actor) return read;
  return readTree(c).placeOf.get(actor) ?? read;
}
