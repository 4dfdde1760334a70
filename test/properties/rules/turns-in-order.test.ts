import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, healthy, Script } from '../support.ts';

const name = 'turns-in-order';
const joined = () => new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);

describe(name, () => {
  it('finds a turn that is passed on before its task has restored itself', () => {
    const script = joined().activate('coordinator', 0).die(102).activate(102, 1);
    assert.equal(shownAt(script, findViolation(name, script)), 'activate');
  });

  it('finds a turn that is left out, or given twice', () => {
    findViolation(name, joined().activate('coordinator', 1));
    findViolation(name, joined().activate('coordinator', 0).restore(100, 0).activate(100, 2));
    findViolation(name, joined().activate('coordinator', 0).restore(100, 0).activate('coordinator', 0));
  });

  it('finds a turn after the end', () => {
    const script = joined().turns();
    findViolation(name, script.activate(102, 4));
  });

  it('finds a first turn that no coordinator gave', () => findViolation(name, joined().activate(101, 0)));

  it('finds a restore when it is the turn of another, or of no task', () => {
    const early = joined().restore(100, 0);
    assert.equal(shownAt(early, findViolation(name, early)), 'restore-begin');
    assert.match(findViolation(name, early).message, /no task has the turn/);
    assert.match(
      findViolation(name, joined().activate('coordinator', 0).restore(101, 1)).message,
      /task 100 has the turn/,
    );
    findViolation(name, healthy().restore(101, 1));
  });

  it('holds in a healthy run, and for a task that dies in its turn', () => {
    assertHolds(name, healthy());
    assertHolds(name, joined().activate('coordinator', 0).die(100).activate(100, 1));
    const dying = joined().activate('coordinator', 0).add(100, 'point', { point: 'exit' });
    assertHolds(name, dying.activate(100, 1));
  });

  it('takes the pid from the image where the event does not have it', () => {
    assertHolds(name, joined().add('coordinator', 'activate', { index: 0 }).restore(100, 0));
    findViolation(name, joined().add('coordinator', 'activate', { index: 0 }).restore(101, 1));
  });

  it('holds for a restore that failed in its turn', () => {
    const script = joined().activate('coordinator', 0).add(100, 'restore-begin');
    assertHolds(name, script.add(100, 'restore-end', { error: -22 }));
  });

  it('says nothing of TASKSELF, where no task takes turns', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    assertHolds(name, new Script(c).claim().restore('coordinator', 0));
  });
});
