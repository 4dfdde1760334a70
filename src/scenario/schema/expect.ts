/** What must hold in the end, and how the schedules are chosen. */
import * as z from 'zod';
import { TASK_OUTCOMES, type TaskOutcome } from '../../model/case.ts';
import { ERRNO_NAMES } from '../../model/errno.ts';
import { REPEATS_WITHIN_LIMIT } from '../limits.ts';
import { pid, property, taskPoint } from './values.ts';
import { integer, kebab, list, mapping, oneOf, oneOrMore, text, word } from './word.ts';

export const COORDINATOR_OUTCOMES = {
  ok: 'returned with success',
  failed: 'reported an error without an errno (CRIU)',
  killed: 'died by SIGKILL',
  exited: 'with taskself: exited by itself, in place of its call',
  blocked: 'sleeps indefinitely',
} as const;

const taskOutcomes = Object.keys(TASK_OUTCOMES) as TaskOutcome[];
const coordinatorOutcomes = Object.keys(COORDINATOR_OUTCOMES) as (keyof typeof COORDINATOR_OUTCOMES)[];

const waitingAt = mapping('a mapping with waiting', {
  waiting: word(taskPoint, 'Sleeps indefinitely at this point.', 'waiting: sync-1'),
}).meta({ id: 'waiting', description: 'Sleeps indefinitely at a point.' });

const taskOutcome = z.union([oneOf(taskOutcomes, 'outcome of a task'), waitingAt]);

/** A list may be empty nowhere: an expectation of nothing is a slip. */
const properties = list(property, 'a list of properties');

const defect = mapping('a mapping with property, versions and defect', {
  property: word(property, 'The property.', 'property: criu-never-crashes'),
  versions: word(
    text('a range of versions', 100),
    'The versions of CRIU that have the defect: comparisons such as <4.2 or ">=4.0 <4.2", alternatives separated by ||. 4.1 is any 4.1.x. With any other version the property is judged as always, and does not have to be violated.',
    'versions: "<4.2"',
  ).optional(),
  defect: word(
    kebab('the name of a defect in mktrouble.known.yaml'),
    'A defect of mktrouble.known.yaml: only findings of it are expected, and the property has to be violated by one. Another finding that violates the property fails the case.',
    'defect: duplicate-pid-aborts-restore',
  ).optional(),
})
  .refine(({ versions, defect }) => versions !== undefined || defect !== undefined, {
    error: 'a mapping with property, and with versions or defect',
  })
  .meta({
    id: 'known-defect',
    description: 'A known defect of some versions of CRIU, or one of mktrouble.known.yaml.',
  });

const defects = list(
  z.union([property, defect]),
  'a list of properties, or of mappings with property and versions or defect',
);

export const expect = mapping('a mapping with what is expected', {
  coordinator: word(
    oneOrMore(oneOf([...coordinatorOutcomes, ...ERRNO_NAMES], 'outcome of the coordinator'), 'a list of outcomes'),
    'How the coordinator ends: ok, an errno, killed, exited or blocked; of a list, any one.',
    'coordinator: [ok, EINTR]',
  ).optional(),
  tasks: word(
    z.record(
      z.string().regex(/^(all|[1-9]\d{0,6})$/, { error: 'a pid of the tree, or all' }),
      oneOrMore(taskOutcome, 'a list of outcomes'),
      { error: 'a mapping from pids to outcomes' },
    ),
    'How tasks end, by pid; of a list, any one. `all` is for every task of the tree that has no line of its own and is not in left-waiting; a task of `forks` may also be never-forked.',
    'tasks: { 100: killed, 101: [killed, { waiting: sync-1 }], all: resumed }',
  ).optional(),
  'left-waiting': word(
    z.array(pid, { error: 'a list of pids' }),
    'The tasks that wait indefinitely at the end, and no others. Without this key, none may.',
    'left-waiting: [102, 103]',
  ).optional(),
  violates: word(
    defects,
    'Known defects: properties that the run must find violated; it fails when it does not.',
    'violates: [restores-in-order]',
  ).optional(),
  'may-violate': word(
    defects,
    'Known defects that show in some runs only, such as races of real tasks: the run may violate these properties, or not. Reports list those that it violated.',
    'may-violate: [failed-restore-leaves-no-task]',
  ).optional(),
  except: word(properties, 'Properties that are not judged.', 'except: [no-task-left-waiting]').optional(),
  all: word(properties, 'Only these properties are judged.', 'all: [restores-in-order]').optional(),
}).meta({ id: 'expect', description: 'What must hold in the end.' });

export const STRATEGY_WORDS = {
  random: 'schedules chosen at random by the seed',
  pct: 'schedules with few changes of priority, which find rare races',
  exhaustive: 'every possible interleaving',
} as const;

const strategy = oneOf(['random', 'pct', 'exhaustive'], 'strategy');

export const explore = z.union([
  strategy,
  mapping('a strategy, or a mapping with one', {
    strategy: word(strategy, 'How schedules are chosen: random, pct or exhaustive.', 'strategy: pct').optional(),
    schedule: word(
      list(
        text('a step of a schedule', 300).regex(REPEATS_WITHIN_LIMIT, {
          error: 'a step that is done at most 9,999,999 times',
        }),
        'a list of steps',
      ),
      'The only schedule that is run, in the format of a replay file, instead of a strategy. A run that departs from it fails.',
      'schedule: ["100: callRestart", "signal-1"]',
    ).optional(),
    schedules: word(
      integer(1, 1_000_000_000, 'a number of schedules'),
      'The number of schedules of random and pct. Default: 1000.',
      'schedules: 10000',
    ).optional(),
    seed: word(
      z.union([z.int({ error: 'a number' }), text('a text', 100)]),
      'The seed of all random choices. Default: the seed of the command line.',
      'seed: 7',
    ).optional(),
    'max-states': word(
      integer(1, 10_000_000_000, 'a number of states'),
      'The most states that an exhaustive search may keep; a search that reaches the limit is incomplete. --max-states overrides it. Default: 20,000,000.',
      'max-states: 100000',
    ).optional(),
    depth: word(
      integer(1, 100, 'a depth'),
      'The depth of the bugs that pct looks for. Default: 3.',
      'depth: 3',
    ).optional(),
  }).meta({ id: 'explore', description: 'How schedules are chosen.' }),
]);
