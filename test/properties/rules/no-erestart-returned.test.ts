import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, failedLate, healthy, Script } from '../support.ts';

const name = 'no-erestart-returned';

describe(name, () => {
  for (const code of [-512, -513, -514, -516]) {
    it(`finds ${code}, of a task and of the coordinator`, () => {
      findViolation(name, new Script(aCase()).claim().return('coordinator', code));
      findViolation(name, new Script(aCase()).enter(101).return(101, code).die(101));
      assert.equal(findViolation(name, healthy(), { coordinator: { result: code } }).expected, '-EINTR');
    });
  }

  it('holds for -EINTR, for 515, and for what is recorded inside', () => {
    assertHolds(name, failedLate());
    assertHolds(name, new Script(aCase()).claim().fail(100, -512).return('coordinator', -4));
    assertHolds(name, new Script(aCase()).claim().return('coordinator', -515));
  });

  it('says nothing of a saved value that looks like one', () => {
    const c = aCase({ image: { records: [{ pid: 100, zombie: false, retval: -512 }] } });
    assertHolds(name, new Script(c).claim().restore(100, 0).return(100, -512));
    findViolation(name, new Script(c).claim().return(100, -512));
  });
});
