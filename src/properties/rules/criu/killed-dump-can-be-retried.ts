/** A killed dump can be retried. */

import { callText } from '../../../record/program-text.ts';
import { succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'killed-dump-can-be-retried';

export const killedDumpCanBeRetried: Property = {
  name,
  title: 'A killed dump can be retried',
  statement:
    'After a dump that was killed, a second dump of the same tree, without the fault and into an empty folder, succeeds. (Not judged where a task of the tree is gone, where the scenario has done something to the tree itself, or has a second CRIU at work.)',
  source:
    'criu(8): a dump needs nothing of an earlier one. What a killed process held is released by the kernel: ptrace(2), a tracer that ends detaches',
  hint: 'What was set in a task, or around it, when CRIU was killed, that the next one takes for a reason to refuse: a parasite, repair mode, a rule, a socket that listens?',
  check(_c, { criu }) {
    const { dumpAgain } = criu ?? {};
    if (!dumpAgain || succeeded(dumpAgain)) return [];
    return [{ property: name, message: `once more, without faults: ${callText(dumpAgain)}` }];
  },
};
