import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, healthy, Script } from '../support.ts';

const name = 'restores-in-order';
const joined = () => new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);

describe(name, () => {
  it('finds two restores at once', () => {
    const script = joined().add(100, 'restore-begin').restore(101, 1).add(100, 'restore-end', { record: 0 });
    assert.equal(shownAt(script, findViolation(name, script)), 'restore-begin');
  });

  it('finds them though another task dies meanwhile', () => {
    findViolation(name, joined().restore(100, 0).add(101, 'restore-begin').die(103).restore(102, 2));
    const script = joined().add(100, 'restore-begin').die(101).restore(102, 2);
    assert.match(findViolation(name, script).message, /while task 100/);
  });

  it('finds a task that begins before another that comes first in the image', () => {
    assert.match(findViolation(name, joined().restore(100, 0).restore(102, 2)).message, /before task 101/);
    findViolation(name, joined().restore(101, 1).restore(100, 0));
  });

  it('finds a record of another', () => {
    const script = joined().restore(100, 0).die(101).restore(102, 1);
    assert.equal(shownAt(script, findViolation(name, script)), 'restore-end');
  });

  it('finds a record that no task has', () => {
    assert.match(findViolation(name, joined().restore(100, 7)).message, /of no task/);
  });

  it('finds a task that the image does not name, and the coordinator', () => {
    const script = joined().restore(103, 0);
    assert.equal(shownAt(script, findViolation(name, script)), 'restore-begin');
    findViolation(name, joined().restore('coordinator', 0));
  });

  it('finds a second restore', () => findViolation(name, joined().restore(100, 0).restore(100, 0)));

  it('holds in order, also of an image that names tasks in another order than the tree', () => {
    assertHolds(name, healthy());
    const c = aCase({ image: { pids: [102, 100, 101] } });
    assertHolds(name, new Script(c).restore(102, 0).restore(100, 1).restore(101, 2));
    findViolation(name, new Script(c).restore(100, 1));
  });

  it('passes over tasks that are dead, or dying', () => {
    assertHolds(name, joined().restore(100, 0).die(101).restore(102, 2));
    assertHolds(name, joined().restore(100, 0).add(101, 'point', { point: 'exit' }).restore(102, 2));
    findViolation(name, joined().restore(100, 0).restore(102, 2).die(101));
  });

  it('says nothing of a restore that failed in its turn, or that its task did not survive', () => {
    assertHolds(name, joined().add(100, 'restore-begin').add(100, 'restore-end', { error: -22 }).restore(101, 1));
    assertHolds(name, joined().add(100, 'restore-begin').die(100).restore(101, 1));
  });

  it('says nothing of whose record a TASKSELF reads', () => {
    const c = aCase({ tasks: [aTask(100)], image: { pids: [7] }, restart: { flags: FLAGS.taskself } });
    assertHolds(name, new Script(c).claim().restore('coordinator', 0));
  });
});
