import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'success-means-restored';
const joined = () =>
  new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102).activate('coordinator', 0);

describe(name, () => {
  it('finds a success without a restore of a task that died', () => {
    const { message } = findViolation(name, joined().turn(100, 0).die(101).turn(102, 2).succeed());
    assert.match(message, /101/);
  });

  it('finds a success that comes before the last restore', () => {
    findViolation(name, joined().turn(100, 0).turn(101, 1).succeed().turn(102, 2));
  });

  it('finds a restore that failed', () => {
    const script = joined().turn(100, 0).turn(101, 1).add(102, 'restore-begin').add(102, 'restore-end', { error: -22 });
    findViolation(name, script.succeed());
  });

  it('finds a TASKSELF that says success and never restored itself', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    findViolation(name, new Script(c).claim().add('coordinator', 'success').return('coordinator', 1000));
  });

  it('finds a success in which two tasks were restored from the record of each other', () => {
    const { message } = findViolation(name, joined().turn(100, 0).turn(101, 2).turn(102, 1).succeed());
    assert.match(message, /task 101 was restored from record 2, of task 102/);
  });

  it('accepts any record for a TASKSELF', () => {
    const c = aCase({ tasks: [aTask(100)], image: { pids: [7] }, restart: { flags: FLAGS.taskself } });
    assertHolds(
      name,
      new Script(c).claim().restore('coordinator', 0).add('coordinator', 'success').return('coordinator', 1000),
    );
  });

  it('holds for a task that dies after its restore', () => {
    assertHolds(name, joined().turn(100, 0).turn(101, 1).die(101).turn(102, 2).succeed());
  });

  it('asks only for as many as the header counts', () => {
    const c = aCase({ image: { nrTasks: 1 } });
    assertHolds(name, new Script(c).claim().enter(100).mark(100).join(100).turn(100, 0).succeed());
  });

  it('says nothing of a failure', () => {
    assertHolds(name, healthy());
    assertHolds(name, failedLate());
    assertHolds(name, joined().fail('coordinator', -4).return('coordinator', -4));
  });
});
