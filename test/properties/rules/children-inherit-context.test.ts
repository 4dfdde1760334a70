import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, Script } from '../support.ts';

const name = 'children-inherit-context';
const fork = (script: Script, inherits: boolean) => script.add(100, 'fork', { child: 103, inherits });

describe(name, () => {
  it('finds a child of a marked task without a context', () => {
    findViolation(name, fork(new Script(aCase()).claim().mark(100), false));
  });

  it('finds a child with a context whose parent has none', () => {
    findViolation(name, fork(new Script(aCase()).claim(), true));
    findViolation(name, fork(new Script(aCase()).claim().mark(100).add(100, 'unmark'), true));
  });

  it('finds it of grandchildren', () => {
    const script = fork(new Script(aCase()).claim().mark(100), true);
    findViolation(name, script.add(103, 'fork', { child: 104, inherits: false }));
  });

  it('holds when the child has what its parent has', () => {
    assertHolds(name, fork(new Script(aCase()).claim().mark(100), true));
    assertHolds(name, fork(new Script(aCase()).claim(), false));
  });

  it('says nothing of tasks that have a context of their own', () => {
    const c = aCase({ tasks: [aTask(100, { restartingItself: true })] });
    assertHolds(name, fork(new Script(c).claim(), true));
    assertHolds(name, fork(new Script(c).claim(), true).add(103, 'fork', { child: 104, inherits: true }));
    const dead = aCase({ tasks: [aTask(100, { restartingItself: true, state: 'dead' })] });
    findViolation(name, fork(new Script(dead).claim(), true));
  });
});
