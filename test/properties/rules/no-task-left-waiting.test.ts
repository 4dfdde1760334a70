import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, healthy, Script } from '../support.ts';

const name = 'no-task-left-waiting';
const stuck = (expect: NonNullable<Parameters<typeof aCase>[0]>['expect'] = {}) =>
  new Script(aCase({ expect })).enter(100, 101).add('coordinator', 'return', { result: -22 });

describe(name, () => {
  it('finds tasks that wait, and says where', () => {
    assert.match(findViolation(name, stuck()).message, /100 \(waiting at sync-1\), 101/);
  });

  it('finds those that left-waiting does not name', () => {
    const { message } = findViolation(name, stuck({ leftWaiting: [101] }));
    assert.match(message, /100/);
    assert.doesNotMatch(message, /101/);
  });

  it('finds any task when left-waiting names none', () => findViolation(name, stuck({ leftWaiting: [] })));

  it('finds the coordinator, whomever left-waiting names', () => {
    const c = aCase({ expect: { leftWaiting: [99, 100, 101, 102], coordinator: ['ok', 'EINTR'] } });
    findViolation(name, new Script(c).claim());
    assertHolds(name, new Script(aCase({ expect: { coordinator: ['ok', 'blocked'] } })).claim());
  });

  it('finds a hang that the backend saw', () => {
    findViolation(name, healthy(), { findings: [{ kind: 'hang', at: 'restore' }] });
  });

  it('holds when left-waiting names them, or they are expected to wait', () => {
    assertHolds(name, stuck({ leftWaiting: [100, 101, 102] }));
    const waits = [{ outcome: 'killed' }, { outcome: 'waiting' }] as const;
    assertHolds(name, stuck({ tasks: { 100: waits, 101: waits } }));
    assertHolds(name, stuck({ tasks: { 100: [waits[1]], 101: [waits[1]] } }));
    assert.match(findViolation(name, stuck({ tasks: { 100: [waits[0]], 101: [waits[1]] } })).message, /: 100 [^,]*$/);
  });

  it('says nothing of a run that did not end', () => {
    for (const end of ['crashed', 'cut'] as const) assertHolds(name, stuck(), { end });
  });

  it('names a few of many', () => {
    const script = new Script(aCase()).add('coordinator', 'return', { result: -22 });
    const tasks = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [200 + i, { end: 'waiting' as const }]));
    assert.match(findViolation(name, script, { tasks }).message, /and 45 more/);
  });
});
