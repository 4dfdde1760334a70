import { assertHolds, findViolation } from '../judging.ts';
import { aCase, healthy, Script } from '../support.ts';

const name = 'one-restart-per-task';

describe(name, () => {
  it('finds a task that is marked twice', () => {
    findViolation(name, new Script(aCase()).claim().mark(100, 101, 100));
  });

  it('finds a second claim', () => {
    findViolation(name, new Script(aCase()).claim().claim());
  });

  it('finds a mark on a child that has the context by fork', () => {
    const script = new Script(aCase()).claim().mark(100).add(100, 'fork', { child: 103, inherits: true });
    findViolation(name, script.mark(103));
  });

  it('says nothing of one mark each', () => assertHolds(name, healthy()));

  it('says nothing of a task that had let go of its context before', () => {
    assertHolds(name, new Script(aCase()).claim().mark(100).return(100, -4).mark(100));
  });
});
