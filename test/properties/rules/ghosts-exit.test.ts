import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, FLAGS, Script } from '../support.ts';

const name = 'ghosts-exit';
const haunted = () =>
  new Script(aCase({ tasks: [aTask(100), aTask(101, { parent: 100, ghost: true, flags: FLAGS.ghost })] }))
    .claim()
    .enter(100, 101)
    .mark(100, 101)
    .join(100);
const joined = () => haunted().add(101, 'sleep', { on: 'ghostq' });

describe(name, () => {
  it('finds a ghost that is back in user space', () => {
    const script = joined().return(101, 0).add(101, 'user');
    assert.equal(shownAt(script, findViolation(name, script)), 'user');
  });

  it('finds a ghost that is left after a success', () => {
    const tasks = { 101: { end: 'waiting', at: 'sync-2' } } as const;
    findViolation(name, joined().turns().succeed().resume(100), { tasks });
    assertHolds(name, joined().turns().succeed().resume(100), { tasks, end: 'crashed' });
  });

  it('holds when it exits, or is killed', () => {
    for (const how of ['exited', 'killed'] as const) {
      assertHolds(name, joined().turns().add(101, 'exit', { how, code: 0 }).succeed());
    }
  });

  it('says nothing of a ghost whose call was refused, or of a failure', () => {
    assertHolds(name, haunted().add(101, 'return', { result: -22 }).add(101, 'user'));
    assertHolds(name, joined().fail('coordinator', -4).return('coordinator', -4));
  });
});
