import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, FLAGS, Script } from '../support.ts';

const name = 'errors-wake-all-waiters';
const ghostly = () =>
  aCase({
    tasks: [aTask(100), aTask(101, { parent: 100 }), aTask(102, { parent: 100, ghost: true, flags: FLAGS.ghost })],
    expect: { leftWaiting: [100, 101, 102], coordinator: ['blocked'] },
  });
const failing = () => new Script(ghostly()).claim().enter(100, 101, 102).mark(100, 101, 102).fail(100, -12);
const waiting = (pid: number, at: 'sync-1' | 'sync-2' | 'sync-3' | 'threads' | 'resume') =>
  ({ coordinator: { end: 'returned', result: -12 }, tasks: { ...dead, [pid]: { end: 'waiting', at } } }) as const;
const dead = { 100: { end: 'killed' }, 101: { end: 'killed' }, 102: { end: 'killed' } } as const;

describe(name, () => {
  it('finds a task at sync point 2 or 3, though the scenario lets it wait', () => {
    for (const at of ['sync-2', 'sync-3'] as const) {
      assert.match(findViolation(name, failing(), waiting(101, at)).message, /101/);
    }
  });

  it('finds a ghost at sync point 2', () => {
    findViolation(name, failing(), waiting(102, 'sync-2'));
  });

  it('finds the coordinator', () => {
    findViolation(name, failing(), { coordinator: { end: 'waiting', at: 'wait' }, tasks: dead });
    assertHolds(name, failing(), { coordinator: { end: 'waiting', at: 'out' }, tasks: dead });
    assertHolds(name, failing(), { coordinator: { end: 'killed', at: 'wait' }, tasks: dead });
  });

  it('says nothing of tasks that wait at sync point 1, for their group, or are stopped', () => {
    assertHolds(name, failing(), waiting(101, 'sync-1'));
    assertHolds(name, failing(), waiting(101, 'threads'));
    assertHolds(name, failing(), waiting(102, 'resume'));
  });

  it('says nothing when there was no error, or the run did not end', () => {
    assertHolds(name, new Script(ghostly()).claim().enter(100), waiting(101, 'sync-2'));
    assertHolds(name, failing(), { ...waiting(101, 'sync-2'), end: 'crashed' });
  });
});
