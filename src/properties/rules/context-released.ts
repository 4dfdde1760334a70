/** A task that leaves restart has cleared its context. */
import { type Property, stepAt } from '../property.ts';
import { NEVER, readStory } from '../story.ts';
import { formatActor, resultText } from '../words.ts';

const name = 'context-released';

export const contextReleased: Property = {
  name,
  title: 'A task that leaves restart has cleared its context',
  statement:
    'The coordinator after its claim, and every task that took part, has cleared its own checkpoint_ctx before restart returns to it, whatever happened.',
  source:
    'docs/protocol.md, "The coordinator" (release) and "A restarting task" (out); clear_task_ctx; changelog v13 "Clear root_task->checkpoint_ctx regardless of error condition"',
  hint: 'Which exit path skips clear_task_ctx?',
  check(c, record) {
    for (const [actor, { marked, tookPart, unmarked, returned, result }] of readStory(c, record).fates) {
      const took = actor === 'coordinator' ? marked : Math.max(marked, tookPart);
      if (!(took < returned) || returned === NEVER || unmarked < returned) continue;
      const message = `restart returned ${resultText(result!)} to ${formatActor(actor)}, and its checkpoint_ctx is still set`;
      return [{ property: name, message, ...stepAt(record, returned) }];
    }
    return [];
  },
};
