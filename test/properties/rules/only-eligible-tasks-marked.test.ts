import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, FLAGS, healthy, Script } from '../support.ts';

const name = 'only-eligible-tasks-marked';
const marking = (over: Parameters<typeof aTask>[1]) =>
  new Script(aCase({ tasks: [aTask(100), aTask(101, { parent: 100 }), aTask(102, { parent: 100, ...over })] })).claim();

describe(name, () => {
  it('finds a stranger, a traced task and a dead one that are marked', () => {
    assert.match(findViolation(name, marking({ owner: 'stranger' }).mark(102)).message, /stranger/);
    assert.match(findViolation(name, marking({ tracedBy: 'outsider' }).mark(102)).message, /traced from outside/);
    assert.match(findViolation(name, marking({ tracedBy: 101 }).mark(102)).message, /traced by task 101/);
    assert.match(findViolation(name, marking({ state: 'dead' }).mark(102)).message, /dead/);
  });

  it('finds a mark on one that has died meanwhile', () => {
    findViolation(name, marking({}).add(102, 'exit', { how: 'exited', code: 0 }).mark(102));
  });

  it('says nothing of tasks that are fit', () => {
    assertHolds(name, healthy());
    assertHolds(name, marking({ state: 'zombie' }).mark(102));
  });

  it('says nothing of what a parent hands on to its child, and of the claim of TASKSELF', () => {
    assertHolds(name, marking({ owner: 'stranger' }).add(101, 'mark', { task: 102 }));
    const c = aCase({ tasks: [aTask(100, { tracedBy: 'outsider' })], restart: { flags: FLAGS.taskself } });
    assertHolds(name, new Script(c).claim(100));
  });

  it('says nothing when the tracer is gone', () => {
    assertHolds(name, marking({ tracedBy: 101 }).add(101, 'exit', { how: 'killed', code: 0 }).mark(102));
  });

  it('says nothing of one that dies after it was marked', () => {
    assertHolds(name, marking({}).mark(102).add(102, 'exit', { how: 'exited', code: 0 }));
  });
});
