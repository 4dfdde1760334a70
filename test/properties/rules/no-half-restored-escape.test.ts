import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'no-half-restored-escape';
const joined = () => new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);

describe(name, () => {
  it('finds a task that failed in restart and goes on', () => {
    const script = joined().fail(101, -4).return(101, -4).add(101, 'user');
    assert.equal(shownAt(script, findViolation(name, script)), 'user');
  });

  it('finds one whose registration failed', () => {
    const script = new Script(aCase()).claim().enter(101).mark(101).fail(101, -12).return(101, -12);
    findViolation(name, script.add(101, 'user'));
  });

  it('finds one that restored itself in a restart that then failed', () => {
    const script = joined().restore(100, 0).return(100, 1000).add(100, 'user').fail('coordinator', -5);
    findViolation(name, script.return('coordinator', -5));
  });

  it('finds a task that gets success without a restore', () => {
    findViolation(name, joined().return(101, 0).add(101, 'user').add('coordinator', 'success'));
    findViolation(name, new Script(aCase()).enter(101).add(101, 'return', { result: 0 }).add(101, 'user'));
  });

  it('finds a task whose restore failed, and that gets success', () => {
    const script = joined().add(101, 'restore-begin').add(101, 'restore-end', { error: -22 }).return(101, 0);
    findViolation(name, script.add(101, 'user'));
  });

  it('finds it where only the end shows that the task is back', () => {
    findViolation(name, joined().fail(101, -4).return(101, -4), { tasks: { 101: { end: 'returned' } } });
  });

  it('finds a TASKSELF that fails and goes on', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    const script = new Script(c).claim().restore('coordinator', 0).fail('coordinator', -5).return('coordinator', -5);
    findViolation(name, script.add('coordinator', 'user'));
  });

  it('shows it in a run that a defect stopped, too', () => {
    findViolation(name, joined().fail(101, -4).return(101, -4).add(101, 'user'), { end: 'crashed' });
  });

  it('says nothing of a call that was refused before the task took part', () => {
    const script = joined().add(104, 'call', { pid: 0, flags: 0x80 }).add(104, 'return', { result: -22 });
    assertHolds(name, script.add(104, 'user'));
  });

  it('says nothing of a task that failed and died, or that restored itself and returned', () => {
    assertHolds(name, failedLate());
    assertHolds(name, healthy());
  });

  it('says nothing of a coordinator that comes back with its error', () => {
    assertHolds(name, joined().fail('coordinator', -4).return('coordinator', -4).add('coordinator', 'user'));
  });
});
