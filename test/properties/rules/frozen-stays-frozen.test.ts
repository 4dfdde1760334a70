import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'frozen-stays-frozen';
const freezing = () => aCase({ restart: { flags: FLAGS.frozen } });
const restored = () =>
  new Script(freezing()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102).turns().succeed();
const frozen = { 100: { end: 'frozen' }, 101: { end: 'frozen' }, 102: { end: 'frozen' } } as const;

describe(name, () => {
  it('finds a task that is in user space after its restore', () => {
    const script = restored().resume(101);
    assert.equal(shownAt(script, findViolation(name, script, { tasks: frozen })), 'user');
  });

  it('finds one that is not frozen at the end', () => {
    findViolation(name, restored(), { tasks: { ...frozen, 102: { end: 'running' } } });
    findViolation(name, restored(), { tasks: { ...frozen, 102: { end: 'untouched' } } });
    assertHolds(name, restored(), { end: 'cut', tasks: { ...frozen, 102: { end: 'running' } } });
  });

  it('holds when all are frozen, or dead', () => {
    assertHolds(name, restored(), { tasks: { ...frozen, 101: { end: 'zombie' }, 102: { end: 'killed' } } });
  });

  it('leaves tasks that sleep, or are stopped, to no-task-left-waiting', () => {
    assertHolds(name, restored(), { tasks: { ...frozen, 102: { end: 'waiting', at: 'resume' } } });
  });

  it('says nothing of a task that never restored itself', () => {
    const script = restored().add(103, 'return', { result: -22 }).add(103, 'user');
    assertHolds(name, script, { tasks: { ...frozen, 103: { end: 'returned' } } });
  });

  it('says nothing without FROZEN, of a failure, or of TASKSELF', () => {
    assertHolds(name, healthy());
    assertHolds(name, failedLate(freezing()));
    assertHolds(name, failedLate(freezing()).add(100, 'user'));
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.frozen | FLAGS.taskself } });
    assertHolds(name, new Script(c).claim().restore('coordinator', 0).return('coordinator', 1000));
  });
});
