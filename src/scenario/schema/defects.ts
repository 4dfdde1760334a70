/** The form of mktrouble.known.yaml. */
import * as z from 'zod';
import { DEFECT_STATE_NAMES } from '../../model/signature.ts';
import { property, title } from './values.ts';
import { kebab, list, mapping, oneOf, text, word } from './word.ts';

const signature = mapping('a mapping with property, place and shape', {
  property: word(property, 'The property that is violated.', 'property: criu-never-crashes'),
  place: word(text('a text on one line', 500), 'Where it shows.', 'place: get_active_pid'),
  shape: word(
    z.union([z.literal(''), text('a text on one line', 500)]),
    'What else distinguishes it from other defects.',
    'shape: out-of-bounds',
  ),
}).meta({ id: 'signature', description: 'Which property is violated, at which place, in which shape.' });

const defect = mapping('a mapping with title, state and signatures', {
  title: word(
    title,
    'The defect, as the title of a bug report.',
    'title: Restore aborts when pstree.img has a duplicate pid',
  ),
  state: word(
    oneOf(DEFECT_STATE_NAMES, 'state'),
    'new: not reviewed. known: findings are expected. flaky: the same, in some runs only. fixed: a finding is a regression. --fail-on new counts findings of defects that are new or fixed.',
    'state: known',
  ),
  signatures: word(
    list(signature, 'a list of signatures'),
    'The signatures of its findings; several when one defect shows in several ways.',
    'signatures: [{ property: no-kernel-defect, place: get_active_pid, shape: out-of-bounds }]',
  ),
  issue: word(text('an address or a number', 500), 'Where it is tracked.', 'issue: "#2345"').optional(),
  note: word(
    text('a text on one line', 2000),
    'What reviewers should know.',
    'note: shows on slow machines only',
  ).optional(),
  cases: word(
    list(text('the id of a case', 2000), 'a list of ids'),
    'Cases that have shown it: `mktrouble triage --update` marks it fixed when all of them ran and none shows it any more.',
    'cases: ["scenarios/first.yaml#A first scenario"]',
  ).optional(),
}).meta({ id: 'defect', description: 'A defect, its state, and the signatures of its findings.' });

export const defectsFile = mapping('a mapping with version and defects', {
  version: word(z.literal(1, { error: '1' }), 'The version of this format.', 'version: 1'),
  defects: word(
    z.record(kebab('a name of lower-case words and dashes'), defect, { error: 'a mapping from names to defects' }),
    'The defects by name: `violates: [{ defect: <name> }]` of a scenario refers to one.',
    'defects: { duplicate-pid-aborts-restore: { title: …, state: known, signatures: […] } }',
  ),
}).meta({
  id: 'known-defects',
  title: 'mktrouble known defects',
  description: 'The defects that mktrouble has found, as reviewed.',
});

export type DefectsFile = z.input<typeof defectsFile>;
