/** The check of a scenario succeeds after a restore. */
import { endText, outputText } from '../../../record/program-text.ts';
import type { Property } from '../../property.ts';

const name = 'check-succeeds';

export const checkSucceeds: Property = {
  name,
  title: 'The check of the scenario succeeds',
  statement:
    'After a successful restore the command that the scenario names as its `check` exits with status 0, within the time limit of a call of CRIU.',
  source: 'the scenario: the user of a program defines what it must still be able to do',
  hint: 'Does the check succeed before the dump? If it does, the restored program does not answer as it did.',
  check(_c, { criu }) {
    if (!criu?.check || criu.check.exit === 0) return [];
    const { timedOut, output } = criu.check;
    const how = timedOut === undefined ? endText(criu.check) : `has not ended after ${timedOut} ms`;
    return [{ property: name, message: `the check ${how}\n${outputText(output)}` }];
  },
};
