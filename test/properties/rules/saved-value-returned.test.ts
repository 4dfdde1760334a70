import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'saved-value-returned';

describe(name, () => {
  it('finds 0, and the value of another record', () => {
    for (const result of [0, 1001]) {
      const violation = findViolation(name, new Script(aCase()).restore(100, 0).return(100, result));
      assert.deepEqual([violation.expected, violation.actual], ['1000', String(result)]);
    }
  });

  it('finds the value of the record of another task, which the task read in place of its own', () => {
    const violation = findViolation(name, new Script(aCase()).restore(100, 1).return(100, 1001));
    assert.deepEqual([violation.expected, violation.actual], ['1000', '1001']);
  });

  it('finds it though that value looks like an error', () => {
    const records = [1000, -4].map((retval, i) => ({ pid: 100 + i, zombie: false, retval }));
    findViolation(name, new Script(aCase({ image: { records } })).restore(100, 1).return(100, -4));
  });

  it('accepts each record of a pid that the image names twice', () => {
    const c = aCase({ image: { pids: [100, 100, 102] } });
    assertHolds(name, new Script(c).restore(100, 1).return(100, 1001));
  });

  it('asks for the record that was read when the image has none of the task', () => {
    findViolation(name, new Script(aCase()).restore(103, 1).return(103, 1000));
    assertHolds(name, new Script(aCase()).restore(103, 1).return(103, 1001));
  });

  it('finds it of a task that dies on its way out, and where only the end is known', () => {
    findViolation(name, new Script(aCase()).restore(100, 0).return(100, 7).die(100));
    findViolation(name, new Script(aCase()), { tasks: { 100: { end: 'returned', record: 0, result: 7 } } });
  });

  it('finds it of TASKSELF', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    findViolation(name, new Script(c).claim().restore('coordinator', 0).return('coordinator', 0));
  });

  it('finds a positive number where a negative one was saved', () => {
    const c = aCase({ image: { records: [{ pid: 100, zombie: false, retval: -4 }] } });
    findViolation(name, new Script(c).restore(100, 0).return(100, 4));
    assertHolds(name, new Script(c).restore(100, 0).return(100, -4));
  });

  it('says nothing of failures, of the coordinator, and of tasks that read no record', () => {
    assertHolds(name, healthy());
    assertHolds(name, failedLate());
    assertHolds(name, new Script(aCase()).return(100, 0));
    assertHolds(name, new Script(aCase()).add(100, 'restore-end', { error: -22 }).return(100, 0));
  });
});
