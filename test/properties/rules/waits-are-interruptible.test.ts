import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, Script } from '../support.ts';

const name = 'waits-are-interruptible';
const allowed = () => aCase({ expect: { coordinator: ['blocked'], leftWaiting: [100, 101, 102] } });
const sleeping = (id: number | 'coordinator', on: string) =>
  new Script(allowed()).claim().enter(100).mark(100).add(id, 'sleep', { on });

describe(name, () => {
  it('finds a task that waits for errno_sync or for a lock, though the scenario lets it wait', () => {
    for (const on of ['errno_sync', 'tasklist_lock', 'alloc_lock']) {
      assert.match(findViolation(name, sleeping(100, on)).message, new RegExp(`100 \\(on ${on}\\)`));
    }
    findViolation(name, sleeping('coordinator', 'errno_sync'));
  });

  it('asks for the last sleep', () => {
    assertHolds(name, sleeping(100, 'errno_sync').add(100, 'sleep', { on: 'waitq' }));
  });

  it('says nothing of waits that a signal ends', () => {
    for (const on of ['waitq', 'ghostq', 'complete', 'sync-1']) assertHolds(name, sleeping(100, on));
  });

  it('finds a task that Ctrl-C did not end, and no other signal', () => {
    for (const [signal, isFound] of [
      ['SIGINT', true],
      ['SIGQUIT', true],
      ['SIGUSR1', false],
    ] as const) {
      const script = sleeping(100, 'sync-1').add('environment', 'signal', { task: 100, signal, force: false });
      if (isFound) assert.match(findViolation(name, script).message, /still waiting: 100/);
      else assertHolds(name, script);
    }
  });

  it('ignores a task that continued, or of a run that did not end', () => {
    const tasks = { 100: { end: 'killed' } } as const;
    assertHolds(name, sleeping(100, 'errno_sync'), { tasks, coordinator: { end: 'returned', result: -4 } });
    assertHolds(name, sleeping(100, 'errno_sync'), { end: 'cut' });
  });
});
