import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, edited, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'no-task-resumes-early';
const joined = () =>
  new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102).activate('coordinator', 0);

describe(name, () => {
  it('finds a task that is back before the last has restored itself', () => {
    const script = joined().turn(100, 0).resume(100).turn(101, 1).turn(102, 2).succeed().resume(101, 102);
    const violation = findViolation(name, script);
    assert.equal(shownAt(script, violation), 'user');
    assert.match(violation.message, /task 102/);
  });

  it('finds it when one never restores itself, and yet success is declared', () => {
    findViolation(name, joined().turn(100, 0).turn(101, 1).die(102).succeed().resume(100));
  });

  it('finds a task that is back when all have restored, and before the success', () => {
    findViolation(name, joined().turn(100, 0).turn(101, 1).turn(102, 2).resume(102).succeed().resume(100, 101));
    findViolation(name, edited(healthy(), { drop: ({ kind }) => kind === 'success' }));
  });

  it('finds a TASKSELF that never restored itself', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    findViolation(
      name,
      new Script(c).claim().add('coordinator', 'success').return('coordinator', 0).add('coordinator', 'user'),
    );
  });

  it('holds after the success, in any order', () => {
    assertHolds(name, joined().turn(100, 0).turn(101, 1).turn(102, 2).succeed().resume(102, 100, 101));
  });

  it('says nothing of a task whose result is not known', () => assertHolds(name, joined().add(100, 'user')));

  it('says nothing of tasks that failed, were refused, or of the coordinator', () => {
    assertHolds(name, failedLate());
    assertHolds(name, joined().add(104, 'return', { result: -22 }).add(104, 'user'));
    assertHolds(name, joined().add('coordinator', 'return', { result: 0 }).add('coordinator', 'user'));
  });
});
