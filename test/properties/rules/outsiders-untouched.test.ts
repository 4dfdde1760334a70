import assert from 'node:assert/strict';
import { assertHolds, findViolation, shownAt } from '../judging.ts';
import { aCase, aTask, aTree, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'outsiders-untouched';
const withOthers = () =>
  aCase({
    tasks: [
      ...aTree(),
      aTask(110, { sibling: true, creator: 100 }),
      aTask(111, { parent: 110 }),
      aTask(120, { parent: 101, restartingItself: true }),
      aTask(121, { parent: 120 }),
      aTask(122, { parent: 120, leader: 121 }),
      aTask(130, { parent: 102, owner: 'stranger' }),
      aTask(131, { parent: 130 }),
      aTask(103, { leader: 100 }),
      aTask(104, { parent: 103 }),
      aTask(123, { parent: 101, leader: 120 }),
    ],
  });

describe(name, () => {
  const outside = {
    init: 1,
    'a tracer that the tree does not have': 77,
    'a sibling of the root': 110,
    'a child of a sibling': 111,
    'a task in a restart of its own': 120,
    'what descends from such a task': 121,
    'a thread of what descends from such a task': 122,
    'a stranger': 130,
  };
  for (const [what, pid] of Object.entries(outside)) {
    it(`finds that the walk marks ${what}`, () => {
      const script = new Script(withOthers()).claim().mark(pid);
      assert.equal(shownAt(script, findViolation(name, script)), 'mark');
    });

    it(`finds that a failing restart kills ${what}`, () => {
      const script = new Script(withOthers()).claim().mark(100).destroy(pid);
      assert.equal(shownAt(script, findViolation(name, script)), 'signal');
    });
  }

  it('finds that the freezer takes a sibling of the root', () => {
    findViolation(name, healthy().add('coordinator', 'frozen', { task: 110 }));
  });

  it('finds that the coordinator is killed by a task', () => {
    findViolation(name, healthy().add(101, 'signal', { task: 'coordinator', signal: 'SIGKILL', force: true }));
  });

  it('finds that any task is marked when the pid of the call names no child', () => {
    findViolation(name, new Script(aCase({ restart: { pid: 101 } })).claim().mark(101));
    findViolation(name, new Script(aCase({ restart: { pid: 999 } })).claim().mark(100));
  });

  it('finds that TASKSELF marks a child of the caller', () => {
    findViolation(name, new Script(aCase({ restart: { flags: FLAGS.taskself } })).claim().mark(101));
  });

  it('shows it in a run that a defect stopped, too', () => {
    findViolation(name, new Script(withOthers()).claim().mark(1), { end: 'crashed' });
  });

  it('says nothing of the tree itself, its threads, and what descends from a stranger', () => {
    // 123 is a thread of 120, and in no restart of its own; 104 hangs below a thread of the root
    assertHolds(
      name,
      new Script(withOthers()).claim().mark(100, 101, 102, 103, 104, 123, 131).destroy(100, 101, 102, 103),
    );
    assertHolds(name, failedLate());
  });

  it('says nothing of children that the tree made meanwhile', () => {
    const script = new Script(aCase()).claim().add(101, 'fork', { child: 140, inherits: false });
    assertHolds(name, script.add(140, 'fork', { child: 141, inherits: false }).mark(100, 101, 140, 141).destroy(141));
  });

  it('finds a child that a sibling made meanwhile', () => {
    const script = new Script(withOthers()).claim().add(110, 'fork', { child: 140, inherits: false });
    findViolation(name, script.mark(140));
  });

  it('says nothing of an outsider that kills itself, or is hit by a fault', () => {
    const script = new Script(withOthers()).add(110, 'signal', { task: 110, signal: 'SIGKILL', force: true });
    assertHolds(name, script.add('environment', 'signal', { task: 111, signal: 'SIGKILL', force: false }));
  });

  it('takes a sibling that inherits the context by fork for one of the tree', () => {
    const script = new Script(withOthers()).claim().mark(100).add(100, 'fork', { child: 110, inherits: true });
    assertHolds(name, script.destroy(100, 110));
    const without = new Script(withOthers()).claim().add(110, 'fork', { child: 112, inherits: false }).mark(100);
    findViolation(name, without.destroy(112));
  });
});
