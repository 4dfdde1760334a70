import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, edited, failedLate, healthy, Script } from '../support.ts';

const name = 'first-error-reported';
const failing = (error: number, result: number) =>
  new Script(aCase()).claim().mark(100).fail(100, error).fail('coordinator', -4, false).return('coordinator', result);

describe(name, () => {
  it('finds another error than the first reported', () => {
    const violation = findViolation(name, failing(-12, -4));
    assert.deepEqual([violation.expected, violation.actual], ['-ENOMEM', '-EINTR']);
    assert.equal(shownAt(failing(-12, -4), violation), 'error');
  });

  it('finds a success in spite of an error', () => {
    findViolation(name, failing(-12, 0));
    findViolation(name, healthy().fail(101, -4));
  });

  it('finds a restart that failed after its claim, and recorded nothing', () => {
    findViolation(name, edited(failedLate(), { drop: ({ kind }) => kind === 'error' }));
  });

  it('finds two errors that both were the first', () => findViolation(name, failing(-12, -12).fail(101, -4)));

  it('expects -EINTR of an -ERESTART*', () => {
    for (const code of [-512, -513, -514, -516]) {
      assertHolds(name, failing(code, -4));
      findViolation(name, failing(code, code));
    }
  });

  it('holds when the first is reported, and later ones are not', () => assertHolds(name, failing(-12, -12)));

  it('holds for a failure before the claim, recorded or not', () => {
    const script = new Script(aCase()).add('coordinator', 'call', { pid: 100, flags: 0 });
    assertHolds(name, script.add('coordinator', 'return', { result: -12 }));
  });

  it('says nothing of a coordinator without a result', () => {
    assertHolds(name, new Script(aCase()).claim().mark(100).fail(100, -12), { end: 'cut' });
  });
});
