import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, Script } from '../support.ts';

const name = 'threads-wait-for-group';
const threaded = (over: Parameters<typeof aTask>[1] = {}) =>
  new Script(
    aCase({ tasks: [aTask(100), aTask(101, { leader: 100 }), aTask(102, { leader: 100, ...over }), aTask(103)] }),
  );

describe(name, () => {
  it('finds a thread that passes before another has called restart', () => {
    const script = threaded().enter(100, 101).add(100, 'threads-passed').enter(102);
    const violation = findViolation(name, script);
    assert.equal(shownAt(script, violation), 'threads-passed');
    assert.match(violation.message, /102/);
  });

  it('finds a thread that restores itself without a look at its group', () => {
    const script = threaded().enter(100).restore(100, 0);
    assert.equal(shownAt(script, findViolation(name, script)), 'restore-begin');
  });

  it('finds that a thread which is absent, or was refused, is not waited for', () => {
    findViolation(name, threaded({ absent: true }).enter(100, 101).add(101, 'threads-passed'));
    const refused = threaded().enter(100, 101).add(102, 'call', { pid: 0, flags: 0x80 });
    findViolation(name, refused.add(102, 'return', { result: -22 }).add(101, 'threads-passed'));
  });

  it('finds that a thread which does other things is not waited for', () => {
    findViolation(name, threaded().enter(100, 101).add(102, 'fork-failed', { error: -513 }).add(101, 'threads-passed'));
  });

  it('finds that a thread made meanwhile is not waited for', () => {
    const script = threaded({ forkedLate: 0 }).enter(100, 101).add(100, 'fork', { child: 102, inherits: false });
    findViolation(name, script.add(101, 'threads-passed'));
  });

  it('holds when all have called', () => {
    assertHolds(name, threaded().enter(100, 101, 102).add(102, 'threads-passed').restore(100, 0).restore(101, 1));
  });

  it('holds when the missing one is dead, exits, or was never made', () => {
    assertHolds(name, threaded({ state: 'dead' }).enter(100, 101).add(100, 'threads-passed'));
    assertHolds(name, threaded().enter(100, 101).die(102).add(100, 'threads-passed'));
    assertHolds(name, threaded({ forkedLate: 0 }).enter(100, 101).add(100, 'threads-passed'));
  });

  it('holds when one that took part has failed meanwhile', () => {
    const script = threaded().enter(100, 101, 102).add(102, 'point', { point: 'threads' }).return(102, -12);
    assertHolds(name, script.add(101, 'threads-passed'));
  });

  it('says nothing of tasks of one thread', () => {
    assertHolds(name, threaded().enter(103).add(103, 'threads-passed').restore(103, 0));
    assertHolds(name, new Script(aCase()).enter(100).add(100, 'threads-passed'));
  });
});
