import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, edited, FLAGS, failedLate, Script } from '../support.ts';

const name = 'zombies-dead-before-return';
const aZombie = (over: Parameters<typeof aCase>[0] = {}) =>
  aCase({ tasks: [aTask(100), aTask(101, { parent: 100, state: 'zombie' })], ...over });
const restored = (c = aZombie()) =>
  new Script(c)
    .claim()
    .enter(100, 101)
    .mark(100, 101)
    .join(100, 101)
    .activate('coordinator', 0)
    .turn(100, 0)
    .restore(101, 1);
const zombie = { how: 'zombie', code: 7 } as const;

describe(name, () => {
  it('finds a zombie that dies after the coordinator has returned', () => {
    const script = restored().add(101, 'done', { left: 0 }).succeed().add(101, 'exit', zombie);
    assert.equal(shownAt(script, findViolation(name, script)), 'return');
  });

  it('finds a zombie that was restored alive', () => findViolation(name, restored().succeed().resume(100, 101)));

  it('finds one of which only the end is known', () => {
    findViolation(name, restored().succeed(), { tasks: { 101: { end: 'returned' } } });
    assertHolds(name, restored().succeed(), { tasks: { 101: { end: 'zombie' } } });
  });

  it('holds when it is dead in time, by whatever hand', () => {
    assertHolds(name, restored().add(101, 'exit', zombie).add(101, 'done', { left: 0 }).succeed());
    assertHolds(name, restored().die(101).succeed());
  });

  it('asks for what the image says, not the tree', () => {
    const records = [
      { pid: 100, zombie: false, retval: 1000 },
      { pid: 101, zombie: false, retval: 1001 },
    ];
    assertHolds(
      name,
      restored(aZombie({ image: { records } }))
        .succeed()
        .resume(100, 101),
    );
  });

  it('says nothing of a failure, of TASKSELF, or of records that are not restored', () => {
    const c = aZombie();
    assertHolds(name, edited(failedLate(c), { drop: ({ kind }) => kind === 'exit' }));
    assertHolds(name, restored(aZombie({ restart: { flags: FLAGS.taskself } })).succeed());
    assertHolds(
      name,
      restored(aZombie({ image: { nrTasks: 1 } }))
        .succeed()
        .resume(100),
    );
  });
});
