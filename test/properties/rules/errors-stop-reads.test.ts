import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'errors-stop-reads';
const failing = () => new Script(aCase()).claim().enter(100, 101).mark(100, 101).join(100, 101).fail('coordinator', -4);

describe(name, () => {
  it('finds a restore that begins after the error, and succeeds', () => {
    const script = failing().restore(100, 0);
    assert.equal(shownAt(script, findViolation(name, script)), 'restore-end');
  });

  it('finds it of TASKSELF', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    findViolation(name, new Script(c).claim().fail('coordinator', -4).restore('coordinator', 0));
  });

  it('holds for a restore that fails then, or has not ended', () => {
    assertHolds(name, failing().add(100, 'restore-begin').add(100, 'restore-end', { error: -4 }));
    assertHolds(name, failing().add(100, 'restore-begin'), { end: 'crashed' });
  });

  it('says nothing of a restore that had begun before the error', () => {
    const script = new Script(aCase()).claim().mark(100).add(100, 'restore-begin').fail(101, -4);
    assertHolds(name, script.add(100, 'restore-end', { record: 0 }));
    assertHolds(name, failedLate());
  });

  it('says nothing when there was no error', () => assertHolds(name, healthy()));
});
