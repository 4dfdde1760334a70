import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, edited, failedLate, healthy, Script } from '../support.ts';

const name = 'sigkill-kills';
const kill = (script: Script, task: number | 'coordinator', force = false) =>
  script.add('environment', 'signal', { task, signal: 'SIGKILL', force });
const joined = () =>
  new Script(aCase({ tasks: [aTask(100), aTask(101, { leader: 100 }), aTask(102, { parent: 100 })] }))
    .claim()
    .enter(100, 101, 102)
    .mark(100, 101, 102)
    .join(100, 101, 102);
const succeeded = { coordinator: { end: 'returned', result: 0 } } as const;

describe(name, () => {
  it('finds a task that waits on, or comes back', () => {
    assert.match(findViolation(name, kill(joined(), 102), succeeded).message, /102/);
    findViolation(name, kill(joined(), 102, true).return(102, 1002).add(102, 'user'), succeeded);
  });

  it('finds it of a kill that is recorded as a fault', () => {
    const fault = (verb: string) => joined().add('environment', 'fault', { fault: 'f', verb, target: 102 });
    findViolation(name, fault('kill'), succeeded);
    assertHolds(name, fault('signal'), succeeded);
    const deadly = {
      verb: 'signal',
      name: 'f',
      targets: [102],
      signal: 'SIGKILL',
      times: 1,
      when: { kind: 'any' },
    } as const;
    const script = fault('signal');
    findViolation(name, Object.assign(script, { case: { ...script.case, faults: [deadly] } }), succeeded);
  });

  it('finds another thread of the group alive', () => {
    assert.match(findViolation(name, kill(joined(), 101).die(101), succeeded).message, /100/);
  });

  it('finds a coordinator that goes on', () => {
    findViolation(name, kill(joined(), 'coordinator').return('coordinator', -4).add('coordinator', 'user'));
    findViolation(name, kill(joined(), 'coordinator'));
  });

  it('holds when they die, or are frozen', () => {
    assertHolds(name, failedLate());
    assertHolds(name, kill(joined(), 100).die(100, 101), succeeded);
    assertHolds(name, kill(joined(), 102), { ...succeeded, tasks: { 102: { end: 'frozen' } } });
    assertHolds(name, kill(joined(), 'coordinator').return('coordinator', -4).die('coordinator'));
  });

  it('ignores a task that was dead, or back in user space, before', () => {
    assertHolds(name, kill(joined().die(102), 102), succeeded);
    assertHolds(name, kill(joined().die(101), 101), succeeded);
    assertHolds(name, kill(joined().return(101, 1001).add(101, 'user'), 101), succeeded);
    assertHolds(name, kill(healthy(), 101));
    assertHolds(name, kill(healthy(), 'coordinator'));
    assertHolds(name, kill(edited(healthy(), { drop: ({ kind }) => kind === 'user' }), 'coordinator'));
  });

  it('says nothing of one that had exited before restart was called', () => {
    const c = aCase({ tasks: [aTask(100), aTask(101, { parent: 100, state: 'dead' })] });
    assertHolds(name, kill(new Script(c).claim(), 101), succeeded);
  });

  it('says nothing of other signals, or of a run that did not end', () => {
    const script = joined().add('environment', 'signal', { task: 102, signal: 'SIGUSR1', force: false });
    assertHolds(name, script, succeeded);
    assertHolds(name, kill(joined(), 102), { ...succeeded, end: 'crashed' });
  });
});
