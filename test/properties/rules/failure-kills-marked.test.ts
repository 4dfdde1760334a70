import assert from 'node:assert/strict';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, edited, FLAGS, failedLate, Script } from '../support.ts';

const name = 'failure-kills-marked';
const survives = (pid: number) => edited(failedLate(), { drop: ({ kind, actor }) => kind === 'exit' && actor === pid });

describe(name, () => {
  it('finds a marked task that waits on', () => {
    const { message } = findViolation(name, survives(101), { tasks: { 101: { end: 'waiting', at: 'sync-3' } } });
    assert.match(message, /101 \(waiting at sync-3\)/);
  });

  for (const end of ['returned', 'frozen', 'untouched', 'running'] as const) {
    it(`finds a marked task that is ${end}`, () => {
      findViolation(name, survives(102), { tasks: { 102: { end } } });
    });
  }

  it('finds a child that got the context by fork only', () => {
    const script = failedLate().add(101, 'fork', { child: 103, inherits: true });
    findViolation(name, script, { tasks: { 103: { end: 'untouched', marked: true } } });
  });

  it('finds survivors of a coordinator that was killed in restart', () => {
    const final = { coordinator: { end: 'killed', result: -4 }, tasks: { 101: { end: 'waiting' } } } as const;
    findViolation(name, survives(101), final);
  });

  it('finds a child that outlives a TASKSELF that fails', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    const script = new Script(c).claim().add('coordinator', 'fork', { child: 103, inherits: true });
    script.fail('coordinator', -22).return('coordinator', -22).die('coordinator');
    findViolation(name, script, { tasks: { 103: { end: 'untouched', marked: true } } });
  });

  it('counts ghosts and zombies that exited by themselves as dead', () => {
    const tasks = { 101: { end: 'exited' }, 102: { end: 'zombie' } } as const;
    assertHolds(name, failedLate(), { tasks });
  });

  it('says nothing of tasks that were not marked', () => {
    const final = { tasks: { 101: { end: 'waiting', at: 'sync-1', marked: false } } } as const;
    assertHolds(name, survives(101), final);
  });

  it('says nothing of a coordinator that died without a result, or that waits', () => {
    const script = edited(survives(101), { drop: ({ kind, actor }) => kind === 'return' && actor === 'coordinator' });
    assertHolds(name, script, { tasks: { 101: { end: 'waiting' } } });
    assertHolds(name, script.die('coordinator'), { tasks: { 101: { end: 'waiting' } } });
  });

  it('says nothing of a run that a defect stopped, or that was cut', () => {
    for (const end of ['crashed', 'cut'] as const) {
      assertHolds(name, survives(101), { end, tasks: { 101: { end: 'waiting' } } });
    }
  });
});
