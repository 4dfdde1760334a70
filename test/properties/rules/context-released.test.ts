import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, edited, failedLate, healthy, Script } from '../support.ts';

const name = 'context-released';
const keeping = (script: Script, id: number | 'coordinator') =>
  edited(script, { drop: ({ kind, actor }) => kind === 'unmark' && actor === id });

describe(name, () => {
  for (const id of ['coordinator', 100, 102] as const) {
    it(`finds that ${id} keeps its context, after a success and after a failure`, () => {
      for (const script of [keeping(healthy(), id), keeping(failedLate(), id)]) {
        assert.equal(shownAt(script, findViolation(name, script)), 'return');
      }
    });
  }

  it('holds when every task lets go', () => {
    assertHolds(name, healthy());
    assertHolds(name, failedLate());
  });

  it('says nothing of a coordinator that never claimed, or of a task that is marked after its call', () => {
    const script = new Script(aCase()).add('coordinator', 'point', { point: 'header' });
    assertHolds(name, script.add('coordinator', 'return', { result: -22 }));
    assertHolds(name, new Script(aCase()).enter(100).add(100, 'return', { result: -4 }).mark(100));
    assertHolds(name, new Script(aCase()).claim().mark(100).enter(100).add(100, 'return', { result: -22 }));
  });

  it('ignores a task that dies in restart', () => {
    assertHolds(name, new Script(aCase()).claim().enter(100).mark(100).join(100).die(100));
  });
});
