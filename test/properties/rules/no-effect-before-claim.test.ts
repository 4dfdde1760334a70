import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'no-effect-before-claim';
const uncommitted = () =>
  new Script(aCase()).enter(100, 101).add('coordinator', 'call', { pid: 100, flags: 0 }).fail('coordinator', -22);

describe(name, () => {
  it('finds a mark, a wake-up and a kill of a coordinator that never claims', () => {
    const marks = uncommitted().add('coordinator', 'mark', { task: 100 });
    const wakes = uncommitted().add('coordinator', 'wake', { task: 101 });
    const kills = uncommitted().destroy(100);
    for (const [script, kind] of [
      [marks, 'mark'],
      [wakes, 'wake'],
      [kills, 'signal'],
    ] as const) {
      assert.equal(shownAt(script, findViolation(name, script)), kind);
    }
  });

  it('finds a mark that comes before the claim', () => {
    const script = uncommitted().add('coordinator', 'mark', { task: 100 });
    findViolation(name, script.add('coordinator', 'mark', { task: 'coordinator' }));
  });

  it('says nothing of what comes after the claim', () => {
    assertHolds(name, healthy());
    assertHolds(name, failedLate());
  });

  it('lets a TASKSELF that fails wake its threads to die, and no more', () => {
    const self = () =>
      new Script(aCase({ restart: { flags: FLAGS.taskself } })).add('coordinator', 'wake', { task: 101 });
    assertHolds(name, self());
    findViolation(name, self().add('coordinator', 'mark', { task: 101 }));
  });

  it('says nothing of signals that are not of the restart', () => {
    assertHolds(name, uncommitted().add('coordinator', 'signal', { task: 100, signal: 'SIGKILL', force: false }));
  });

  it('says nothing of what others do', () => {
    const script = uncommitted().add('environment', 'signal', { task: 100, signal: 'SIGUSR1', force: false });
    script.add('environment', 'wake', { task: 100 }).add(101, 'signal', { task: 101, signal: 'SIGKILL', force: true });
    assertHolds(name, script);
  });
});
