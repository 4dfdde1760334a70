/** Expectations that every way to end meets: they say nothing. */
import type { Case, CoordinatorOutcome, Task, TaskExpectation, TaskOutcome } from '../../model/case.ts';
import { RESTART_FLAGS } from '../../model/case.ts';
import { PROPERTY_NAMES } from '../../properties/index.ts';
import { findPosition, type LintFinding } from './finding.ts';

/** The errors that a restart as it was published can come back with (docs/protocol.md, "The coordinator"). */
const ERRORS: readonly CoordinatorOutcome[] = ['EPERM', 'ESRCH', 'EINTR', 'EIO', 'EBADF', 'ENOMEM', 'EBUSY', 'EINVAL'];

export function emptyExpectations(c: Case): LintFinding[] {
  const found: LintFinding[] = [];
  const report = (message: string, hint: string, ...paths: readonly string[]): void => {
    found.push({ rule: 'expectation-cannot-fail', position: findPosition(c, ...paths), message, hint });
  };
  if (coordinatorMeetsAll(c))
    report(
      'the coordinator ends as one of these in any case',
      'list fewer outcomes, or none',
      'expect.coordinator',
      'expect',
    );
  for (const [pid, expected] of Object.entries(c.expect.tasks)) {
    const task = c.tasks.find((one) => one.pid === Number(pid));
    if (task && meetsAll(expected, listEnds(c, task)))
      report(
        `task ${pid} ends as ${expected.length === 1 ? 'this' : 'one of these'} in any case`,
        'list fewer outcomes, or none',
        `expect.tasks.${pid}`,
        'expect.tasks.all',
        'expect.tasks',
      );
  }
  if (judgesNothing(c))
    report('this scenario judges nothing: no property, and no expectation', 'take properties out of except', 'expect');
  return found;
}

function coordinatorMeetsAll({ expect, faults, tasks, restart }: Case): boolean {
  const mayBeKilled = faults.some(
    (fault) => fault.targets.includes('coordinator') && (fault.verb === 'kill' || fault.signal === 'SIGKILL'),
  );
  // With taskself the root calls for itself.
  const [root] = (restart.flags & RESTART_FLAGS.taskself) !== 0 ? tasks : [];
  const mayExit =
    root && (root.exits || faults.some(({ verb, targets }) => verb === 'exit' && targets.includes(root.pid)));
  const ends: CoordinatorOutcome[] = ['ok', 'blocked', ...ERRORS];
  if (mayBeKilled) ends.push('killed');
  if (mayExit) ends.push('exited');
  return expect.coordinator.length > 0 && ends.every((end) => expect.coordinator.includes(end));
}

/** Waiting at one point is not waiting. */
function meetsAll(expected: readonly TaskExpectation[], ends: readonly TaskOutcome[]): boolean {
  if (expected.length === 0) return false;
  return ends.every((end) => expected.some(({ outcome, at }) => outcome === end && at === undefined));
}

/** How a task can end at all, whatever the protocol does with it. */
function listEnds({ restart, image, faults }: Case, task: Task): readonly TaskOutcome[] {
  if (task.state === 'dead') return ['untouched'];
  const isHit = (...verbs: readonly string[]): boolean =>
    faults.some(({ verb, targets }) => verbs.includes(verb) && (targets.length === 0 || targets.includes(task.pid)));
  const dies: readonly TaskOutcome[] = isHit('exit') || task.exits || task.ghost ? ['killed', 'exited'] : ['killed'];
  const made: readonly TaskOutcome[] = task.forkedLate === undefined ? [] : ['never-forked'];
  if (task.absent || task.exits) return ['untouched', 'marked', ...made, ...dies];
  const mayBeZombie = task.state === 'zombie' || image.records.some(({ pid, zombie }) => zombie && pid === task.pid);
  const frozen = (restart.flags & RESTART_FLAGS.frozen) !== 0;
  return [
    'resumed',
    'waiting',
    ...made,
    ...dies,
    ...(mayBeZombie ? (['zombie'] as const) : []),
    ...(frozen ? (['frozen'] as const) : []),
  ];
}

function judgesNothing({ expect }: Case): boolean {
  const { coordinator, tasks, leftWaiting, violates, only, except } = expect;
  const judged = PROPERTY_NAMES.filter((name) => (only?.includes(name) ?? true) && !except.includes(name));
  const expected = coordinator.length + Object.keys(tasks).length + violates.length + (leftWaiting?.length ?? 0);
  return judged.length === 0 && expected === 0;
}
