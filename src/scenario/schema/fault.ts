/** What goes wrong, and when. */
import * as z from 'zod';
import type { FaultVerb } from '../../model/case.ts';
import { FAILURES } from '../../model/case.ts';
import { criuStage } from './criu-actors.ts';
import { coordinatorPoint, errno, faultName, ownValues, pid, signal, taskIds, taskPoint } from './values.ts';
import { flag, integer, kebab, mapping, oneOf, word } from './word.ts';

/** The verbs; a fault has exactly one. */
export const VERBS = {
  signal: 'delivers a signal',
  kill: 'sends SIGKILL',
  stop: 'stops a task',
  ptrace: 'attaches a tracer',
  fork: 'makes a task fork a child',
  fail: 'makes a call fail',
  wake: 'wakes a task spuriously',
  delay: 'holds a task back',
  exit: 'makes a task exit',
  own: 'is of your own',
} as const satisfies Record<FaultVerb, string>;

export const VERB_NAMES = Object.keys(VERBS) as FaultVerb[];

const failures = Object.keys(FAILURES) as (keyof typeof FAILURES)[];

const atTask = mapping('a mapping with task and at', {
  task: word(pid, 'The task that arrives at a point.', 'task: 101'),
  at: word(taskPoint, 'The point of the task.', 'at: sync-3'),
});
const atCoordinator = mapping('a mapping with coordinator', {
  coordinator: word(coordinatorPoint, 'The point at which the coordinator arrives.', 'coordinator: wait'),
});
const atStage = mapping('a mapping with criu', {
  criu: word(criuStage, 'The stage of CRIU.', 'criu: post-restore'),
});
const atMoment = mapping('a mapping with moment', {
  moment: word(
    kebab('a moment'),
    'A moment of the fault verb of your own: with criu a stage, with oci `before-` or `during-` a call of the runtime, else one that its file declares.',
    'moment: after-save',
  ),
});
const afterFault = mapping('a mapping with after', {
  after: word(faultName, 'The name of the fault after which it fires.', 'after: first-kill'),
});

export const WHENS = {
  any: 'at any moment; every moment is tried',
  start: 'before the first step',
} as const;

export const when = z
  .union([oneOf(['any', 'start'], 'moment'), atTask, atCoordinator, atStage, atMoment, afterFault])
  .meta({ id: 'when', description: 'When a fault fires.' });

export const fault = mapping('a fault: a mapping with a verb', {
  signal: word(signal, 'Delivers this signal to the task that `to` names.', 'signal: SIGUSR1').optional(),
  kill: word(taskIds, 'Delivers SIGKILL to this task.', 'kill: 101').optional(),
  stop: word(taskIds, 'Stops this task.', 'stop: 101').optional(),
  ptrace: word(taskIds, 'A tracer attaches to this task while the restart is under way.', 'ptrace: 101').optional(),
  fork: word(taskIds, 'This task forks a child.', 'fork: 101').optional(),
  fail: word(
    z.union([oneOf(failures, 'failure'), kebab('a failure, or a call of your own protocol')]),
    `The call that fails: ${failures.map((name) => `${name} (${FAILURES[name].what})`).join(', ')}.`,
    'fail: kmalloc',
  ).optional(),
  wake: word(taskIds, 'Wakes this task spuriously: what it waits for has not happened.', 'wake: 101').optional(),
  delay: word(taskIds, 'Holds this task back while any other task can run.', 'delay: 101').optional(),
  exit: word(taskIds, 'This task exits by itself.', 'exit: 101').optional(),
  own: word(
    kebab('the name of a fault verb'),
    'A fault verb of your own, by its name: its file is named by --fault or the configuration (docs/extending.md). For the backends criu and oci, and for those of your own.',
    'own: unplug',
  ).optional(),
  with: ownValues(
    'With own: the words of the fault verb, as its file declares them.',
    'with: { seconds: 3 }',
  ).optional(),
  to: word(
    taskIds,
    'With signal: the task that receives it; of a list, any one. With own: the tasks that it hits.',
    'to: [coordinator, 101]',
  ).optional(),
  task: word(
    taskIds,
    'With fail: the task that makes the call; of a list, any one. Default: any task.',
    'task: 103',
  ).optional(),
  errno: word(
    errno,
    'With fail: the errno that the call returns. Default: the usual errno of that call.',
    'errno: ENOMEM',
  ).optional(),
  call: word(
    integer(1, 1_000_000, 'the number of a call'),
    'With fail: the number of the call of its kind, from 1. Default: the first; with `when: any`, any of them.',
    'call: 3',
  ).optional(),
  child: word(pid, 'With fork: the pid of the child. Default: a free one.', 'child: 150').optional(),
  times: word(integer(1, 100, 'a number of times'), 'How often it fires. Default: 1.', 'times: 2').optional(),
  name: word(
    faultName,
    'A name, for `after` and for reports. Default: the verb and the number of the fault.',
    'name: first-kill',
  ).optional(),
  optional: word(
    flag(),
    'The fault need not fire. Otherwise a case in which it fires in no run fails (fault-never-fired). Default: false.',
    'optional: true',
  ).optional(),
  when: word(
    when,
    'The moment: any (the default), start, a point of a task, a point of the coordinator, a moment of a fault verb of your own, or after another fault.',
    'when: { task: 101, at: sync-3 }',
  ).optional(),
}).meta({
  id: 'fault',
  description: 'A disturbance of the restart. Has exactly one verb.',
  oneOf: VERB_NAMES.map((verb) => ({ required: [verb] })),
});
