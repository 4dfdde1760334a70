import assert from 'node:assert/strict';
import type { Fault } from '../../../src/model/case.ts';
import { failureHasACause } from '../../../src/properties/rules/failure-has-a-cause.ts';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aRecord } from '../records.ts';
import { aCase, aTask, FLAGS, healthy, Script } from '../support.ts';

const name = 'failure-has-a-cause';
type Over = Parameters<typeof aCase>[0];

/** A restart that fails with -EINVAL while it is prepared; `before` and `after`: faults that fire around the failure. */
function failing(over: Over = {}, { before, after }: { before?: string; after?: string } = {}): Script {
  const script = new Script(aCase(over)).claim().mark(100);
  const fire = (verb: string) => script.add('environment', 'fault', { fault: `${verb}-1`, verb, target: 101 });
  if (before) fire(before);
  script.fail('coordinator', -22);
  if (after) fire(after);
  return script.return('coordinator', -22);
}

describe(name, () => {
  it('finds a failure of a sound tree, a sound image and a sound call', () => {
    const violation = findViolation(name, failing());
    assert.deepEqual([violation.expected, violation.actual], ['0', '-EINVAL']);
    assert.equal(shownAt(failing(), violation), 'return');
  });

  it('finds it although a fault fired after the failure, or one that no restart fails for', () => {
    findViolation(name, failing({}, { after: 'kill' }));
    for (const verb of ['wake', 'delay']) findViolation(name, failing({}, { before: verb }));
  });

  it('holds for a fault that fired before', () => {
    for (const verb of ['signal', 'kill', 'stop', 'ptrace', 'fork', 'exit'])
      assertHolds(name, failing({}, { before: verb }));
  });

  it('asks of a call that is made to fail whether it did', () => {
    const record = (verb: 'fail' | 'kill', fired?: readonly string[]) => {
      const fault: Fault = { verb, name: 'one', targets: [], times: 1, when: { kind: 'any' } };
      const script = failing();
      const c = { ...script.case, faults: [fault] };
      const { fired: _, ...rest } = aRecord(script);
      return failureHasACause.check(c, { ...rest, ...(fired && { fired }) }).length;
    };
    assert.equal(record('fail', ['one']), 0);
    assert.equal(record('fail'), 0, 'a record that does not say');
    assert.equal(record('fail', []), 1);
    assert.equal(record('kill', ['one']), 1, 'its event says when');
  });

  it('says nothing of a coordinator that never returned', () => {
    assertHolds(name, new Script(aCase()).claim().mark(100).fail('coordinator', -22));
  });

  it('holds for what stands in the way in the tree, in the image, and in the call', () => {
    const odd: Over[] = [
      { tasks: [aTask(100), aTask(101, { parent: 100, state: 'dead' })], image: { pids: [100, 101] } },
      { tasks: [aTask(100), aTask(101, { parent: 100, forkedLate: 100 })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, sibling: true })] },
      { image: { pids: [100, 101] } },
      { image: { pids: [100, 101, 102, 999] } },
      { image: { pids: [100, 101, 102, 102] } },
      { tasks: [aTask(100), aTask(101, { parent: 100, absent: true })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, exits: true })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, tracedBy: 'outsider' })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, owner: 'stranger' })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, state: 'dead' })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, restartingItself: true })] },
      { tasks: [aTask(100), aTask(101, { parent: 100, flags: FLAGS.unknown })] },
      { image: { pids: [100, 999, 102] } },
      { image: { nrTasks: 7 } },
      { image: { damage: [{ kind: 'truncate', object: 'tail', index: 0, at: 0, xor: 0 }] } },
      { restart: { pid: 999 } },
      { restart: { flags: FLAGS.unknown } },
      { restart: { capable: false } },
      { restart: { fd: 'bad' } },
      { restart: { logfd: 'bad' } },
    ];
    for (const over of odd) assertHolds(name, failing(over));
  });

  it('leaves it to the scenario to say how the coordinator ends', () => {
    assertHolds(name, failing({ expect: { coordinator: ['EINVAL'] } }));
  });

  it('holds for a success', () => assertHolds(name, healthy()));
});
