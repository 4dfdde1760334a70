import assert from 'node:assert/strict';
import { assertHolds, findViolation, findViolations } from '../judging.ts';
import { aCase, aTask, edited, failedLate, healthy, Script } from '../support.ts';

const name = 'context-freed-once';
const unfreed = (script: Script) => edited(script, { drop: ({ kind }) => kind === 'free' });
const halfway = () => new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101);
const waiting = { 100: { end: 'waiting', at: 'sync-2' }, 101: { end: 'waiting', at: 'sync-3' } } as const;

describe(name, () => {
  it('finds a context that is not freed when all are done', () => {
    assert.equal(findViolation(name, unfreed(healthy())).expected, 'freed');
    findViolation(name, unfreed(failedLate()));
    findViolation(name, unfreed(healthy()), { context: { references: 0 } });
  });

  it('finds a second free', () => {
    const script = healthy().add(100, 'free');
    assert.equal(findViolation(name, script).step, script.events.length);
  });

  for (const kind of ['reference-leak', 'double-free', 'use-after-free'] as const) {
    it(`finds a ${kind}, recorded at the end or by an event, once`, () => {
      const finding = { kind, at: 'ckptCtxPut' };
      findViolation(name, healthy(), { findings: [finding] });
      const script = healthy().add(101, 'finding', { finding });
      assert.equal(findViolation(name, script, { findings: [finding], end: 'crashed' }).step, script.events.length);
    });
  }

  it('says nothing of references that tasks still hold', () => {
    // 100 and 101 wait within restart: two each; 102 has just its mark; the coordinator waits, too.
    assertHolds(name, halfway(), { tasks: waiting, context: { references: 7 } });
  });

  it('finds more references than the remaining tasks can hold', () => {
    const { expected, actual } = findViolation(name, halfway(), { tasks: waiting, context: { references: 8 } });
    assert.deepEqual([expected, actual], ['at most 7 references', '8 references']);
    findViolation(name, halfway().die(100, 101, 102).return('coordinator', -4), { context: { references: 1 } });
  });

  it('does not let the dead hold any, also those with only a known end', () => {
    const tasks = { 100: { end: 'killed' }, 101: { end: 'killed' }, 102: { end: 'killed' } } as const;
    findViolation(name, halfway().return('coordinator', -4), { tasks, context: { references: 1 } });
  });

  it('lets an absent task keep its mark after a success', () => {
    const c = aCase({ tasks: [aTask(100), aTask(101, { parent: 100, absent: true })], image: { pids: [100] } });
    const script = new Script(c).claim().enter(100).mark(100, 101).join(100).turns().succeed().resume(100);
    assertHolds(name, script, { context: { references: 1 } });
    findViolation(name, script, { context: { references: 2 } });
  });

  it('counts what a child got by fork, though it was to have a restart of its own', () => {
    const tasks = [aTask(100), aTask(110, { parent: 100, forkedLate: 0, restartingItself: true })];
    const c = aCase({ tasks, image: { pids: [100] } });
    const script = new Script(c).claim().enter(100).mark(100).add(100, 'fork', { child: 110, inherits: true });
    const ends = { 100: { end: 'waiting', at: 'sync-3' }, 110: { end: 'untouched' } } as const;
    assertHolds(name, script, { tasks: ends, coordinator: { end: 'waiting' }, context: { references: 5 } });
    findViolation(name, script, { tasks: ends, coordinator: { end: 'waiting' }, context: { references: 6 } });
  });

  it('lets frozen tasks hold theirs', () => {
    const script = new Script(aCase()).claim().enter(100).mark(100).join(100).turns().succeed();
    const tasks = { 100: { end: 'frozen' }, 101: { end: 'untouched' }, 102: { end: 'untouched' } } as const;
    assertHolds(name, edited(script, { drop: ({ actor }) => actor === 101 || actor === 102 }), {
      tasks,
      context: { references: 2 },
    });
  });

  it('finds a context that has no reference left and is not freed', () => {
    findViolation(name, halfway(), { tasks: waiting, context: { references: 0 } });
  });

  it('says nothing of references in a run that did not end, or of a call that made no context', () => {
    assertHolds(name, unfreed(healthy()), { end: 'crashed' });
    assertHolds(name, unfreed(healthy()), { end: 'cut' });
    assert.deepEqual(findViolations(name, healthy()), []);
  });
});
