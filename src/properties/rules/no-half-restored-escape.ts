/** A half-restored task never returns to user space. */
import type { Case } from '../../model/case.ts';
import { type Property, stepAt } from '../property.ts';
import { type Fate, isFailure, NEVER, readStory, type Story } from '../story.ts';
import { readTree } from '../tree.ts';
import { formatActor, resultText } from '../words.ts';

const name = 'no-half-restored-escape';

export const noHalfRestoredEscape: Property = {
  name,
  title: 'A half-restored task never returns to user space',
  statement:
    'These never return to user space: a task that failed after it received the context; a task that began to restore itself in a restart that failed; a task to which restart returned success although its restore was incomplete. (A task whose call is refused before it takes part may continue.)',
  source:
    'docs/protocol.md, "The call" (5); do_restart ("partial restore is undefined: terminate"), restore_task, wait_task_sync',
  hint: 'What did the wait return so that the task continued, and did the caller check that value?',
  check(c, record) {
    const story = readStory(c, record);
    const { taskself } = readTree(c);
    for (const [actor, fate] of story.fates) {
      if (fate.back === NEVER || (actor === 'coordinator' && !taskself)) continue;
      const why = whyHalfRestored(c, story, fate);
      if (why === undefined) continue;
      const message = `${formatActor(actor)} is back in user space, and ${why}`;
      return [{ property: name, message, ...stepAt(record, fate.back) }];
    }
    return [];
  },
};

function whyHalfRestored(c: Case, story: Story, fate: Readonly<Fate>): string | undefined {
  if (isFailure(c, fate)) {
    return fate.tookPart < fate.back ? `had failed in restart (${resultText(fate.result!)})` : undefined;
  }
  if (fate.result !== undefined && fate.restored > fate.back) {
    return `never completed its restore (result ${resultText(fate.result)})`;
  }
  if (story.failed && fate.began < fate.back) return 'had restored itself in a restart that failed';
  return undefined;
}
