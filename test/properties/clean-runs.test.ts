/** Runs in which nothing is wrong, many of them odd: no property may complain of any. */
import { assertClean } from './judging.ts';
import { aCase, aTask, aTree, FLAGS, failedLate, healthy, Script } from './support.ts';

describe('runs in which every property holds', () => {
  it('a healthy restart', () => assertClean(healthy()));

  it('a restart that fails late, and kills everyone', () => assertClean(failedLate()));

  it('a failure before the claim, with tasks left waiting as the scenario says', () => {
    const c = aCase({ expect: { leftWaiting: [100, 101, 102] } });
    const script = new Script(c).enter(100, 101, 102).add('coordinator', 'call', { pid: 100, flags: 0 });
    script.add('coordinator', 'point', { point: 'header' }).fail('coordinator', -22);
    assertClean(script.add('coordinator', 'return', { result: -22 }).add('coordinator', 'user').free());
  });

  it('a call that is refused at once, before there is a context', () => {
    const c = aCase({ restart: { flags: FLAGS.unknown, debug: true }, expect: { leftWaiting: [100] } });
    const script = new Script(c).enter(100).add('coordinator', 'call', { pid: 100, flags: FLAGS.unknown });
    script.add('coordinator', 'return', { result: -22 }).add('coordinator', 'user');
    assertClean(script, { context: { freed: true } });
  });

  it('a traced descendant: what was marked so far is killed, the rest waits', () => {
    const tasks = [aTask(100), aTask(101, { parent: 100 }), aTask(102, { parent: 100, tracedBy: 'outsider' })];
    const c = aCase({ tasks, expect: { leftWaiting: [102] } });
    const script = new Script(c).claim().enter(100, 101, 102).mark(100, 101).join(100, 101);
    script.add('coordinator', 'visit', { task: 102 }).fail('coordinator', -16).destroy(100, 101);
    for (const pid of [100, 101]) script.fail(pid, -16, false).return(pid, -16).die(pid);
    assertClean(script.return('coordinator', -16).add('coordinator', 'user').free());
  });

  it('a SIGKILL to the coordinator: it cleans up on its way out', () => {
    const script = new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);
    script.add('environment', 'fault', { fault: 'kill-1', verb: 'kill', target: 'coordinator' });
    script.add('environment', 'signal', { task: 'coordinator', signal: 'SIGKILL', force: false });
    script.add('coordinator', 'interrupted', { on: 'complete' }).fail('coordinator', -512).destroy(100, 101, 102);
    for (const pid of [100, 101, 102]) script.fail(pid, -512, false).return(pid, -4).die(pid);
    assertClean(script.return('coordinator', -4).die('coordinator').free());
  });

  it('a task that calls with an unknown flag goes on in user space', () => {
    const c = aCase({ expect: { leftWaiting: [100, 101], coordinator: ['blocked'] } });
    const script = new Script(c).claim().enter(100, 101).add(102, 'call', { pid: 0, flags: FLAGS.unknown });
    script.add(102, 'return', { result: -22 }).add(102, 'user').mark(100, 101, 102).join(100, 101);
    assertClean(script.activate('coordinator', 0).turn(100, 0), { context: { references: 6 } });
  });

  it('a task that was refused and is marked later dies with the others', () => {
    const script = new Script(aCase()).claim().enter(100, 101).add(102, 'call', { pid: 0, flags: FLAGS.unknown });
    script.add(102, 'return', { result: -22 }).add(102, 'user').mark(100, 101, 102).fail('coordinator', -4);
    script.destroy(100, 101, 102);
    for (const pid of [100, 101]) script.fail(pid, -4, false).return(pid, -4).die(pid);
    assertClean(script.die(102).return('coordinator', -4).free(), { tasks: { 102: { end: 'killed' } } });
  });

  it('an absent task that blocks everyone, as the scenario expects', () => {
    const tasks = [aTask(100), aTask(101, { parent: 100, absent: true })];
    const c = aCase({ tasks, expect: { coordinator: ['blocked'], leftWaiting: [100] } });
    const script = new Script(c).claim().enter(100).mark(100, 101).join(100).activate('coordinator', 0).turn(100, 0);
    assertClean(script, { context: { references: 5 } });
  });

  it('threads that wait for each other', () => {
    const tasks = [aTask(100), aTask(101, { leader: 100 }), aTask(102, { parent: 100 })];
    const script = new Script(aCase({ tasks })).claim().enter(100, 101, 102).mark(100, 101, 102);
    for (const pid of [100, 101]) script.add(pid, 'point', { point: 'threads' });
    for (const pid of [101, 100]) script.add(pid, 'threads-passed');
    assertClean(script.join(100, 101, 102).turns().succeed().resume(100, 101, 102).free());
  });

  it('a zombie and a ghost', () => {
    const tasks = [
      aTask(100),
      aTask(101, { parent: 100, state: 'zombie', exitCode: 7 }),
      aTask(102, { parent: 100, ghost: true, flags: FLAGS.ghost }),
    ];
    const script = new Script(aCase({ tasks })).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101);
    script.add(102, 'sleep', { on: 'ghostq' }).activate('coordinator', 0).turn(100, 0).restore(101, 1).activate(101, 2);
    script.add(101, 'exit', { how: 'zombie', code: 7 }).add(101, 'done', { left: 1 });
    script.add(102, 'exit', { how: 'exited', code: 0 }).add(102, 'done', { left: 0 });
    assertClean(script.succeed().resume(100).free());
  });

  it('a dead child counts for nothing', () => {
    const tasks = [aTask(100), aTask(101, { parent: 100, state: 'dead' })];
    const script = new Script(aCase({ tasks })).claim().enter(100).mark(100).add('coordinator', 'visit', { task: 101 });
    assertClean(script.join(100).turns().succeed().resume(100).free());
  });

  it('FROZEN: everyone is frozen at the end', () => {
    const c = aCase({ restart: { flags: FLAGS.frozen } });
    const script = new Script(c).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102).turns();
    for (const pid of [100, 101, 102]) script.add('coordinator', 'frozen', { task: pid }).add(pid, 'unmark');
    const tasks = { 100: { end: 'frozen' }, 101: { end: 'frozen' }, 102: { end: 'frozen' } } as const;
    assertClean(script.succeed().free(), { tasks });
  });

  for (const caller of ['coordinator', 100] as const) {
    it(`TASKSELF, where the caller is called ${caller}`, () => {
      const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself, coordinatorPid: 100 } });
      const script = new Script(c).claim(caller).restore(caller, 0).add(caller, 'success').return(caller, 1000);
      script.add(caller, 'user').free(caller);
      assertClean(script, { coordinator: { end: 'returned', result: 1000 }, tasks: { 100: { end: 'untouched' } } });
    });

    it(`TASKSELF that fails kills itself, where the caller is called ${caller}`, () => {
      const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself, coordinatorPid: 100 } });
      const script = new Script(c).claim(caller).restore(caller, 0).fail(caller, -5).return(caller, -5);
      script.add(caller, 'signal', { task: caller, signal: 'SIGKILL', force: true }).die(caller).free(caller);
      assertClean(script, { coordinator: { end: 'killed', result: -5 }, tasks: { 100: { end: 'killed' } } });
    });
  }

  it('the debug build prints everyone', () => {
    const c = aCase({ restart: { debug: true } });
    const script = new Script(c).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102).turns();
    script
      .succeed()
      .resume(100, 101, 102)
      .add(102, 'status-list', {
        entries: [
          { task: 'coordinator', type: 'Coord', state: 'Success' },
          { task: 101, type: 'Task', state: 'Success' },
          { task: 100, type: 'Root', state: 'Success' },
          { task: 102, type: 'Task', state: 'Success' },
        ],
      });
    assertClean(script.free(102));
  });

  it('a saved value that is a negative number, even a restart code', () => {
    const records = [-4, -512, 1002].map((retval, i) => ({ pid: 100 + i, zombie: false, retval }));
    assertClean(healthy(aCase({ image: { records } })));
  });

  it('a child that is forked during the walk, and one before it', () => {
    const tasks = [...aTree(), aTask(103, { parent: 101, forkedLate: 0 }), aTask(104, { parent: 102, forkedLate: 0 })];
    const c = aCase({ tasks, image: { pids: [100, 101, 103, 102] } });
    const script = new Script(c).claim().add(101, 'fork', { child: 103, inherits: false }).enter(100, 101, 102, 103);
    script.mark(100, 101, 103, 102).add(102, 'fork', { child: 104, inherits: true }).join(100, 101, 103, 102).turns();
    script.add(104, 'exit', { how: 'exited', code: 0 });
    assertClean(script.succeed().resume(100, 101, 103, 102).free());
  });

  it('a nested coordinator makes the restart fail, and is left alone', () => {
    const tasks = [
      aTask(100),
      aTask(101, { parent: 100, restartingItself: true }),
      aTask(102, { parent: 101, absent: true }),
    ];
    const script = new Script(aCase({ tasks })).claim().enter(100).mark(100);
    script.add('coordinator', 'visit', { task: 101 }).fail('coordinator', -16).destroy(100);
    assertClean(script.die(100).return('coordinator', -16).add('coordinator', 'user').free());
  });

  it('what a nested coordinator, its child and theirs do in their own restart', () => {
    const tasks = [aTask(100), aTask(101, { parent: 100, restartingItself: true })];
    const script = new Script(aCase({ tasks, restart: { debug: true } })).claim().enter(100).mark(100);
    script.add('coordinator', 'visit', { task: 101 }).fail('coordinator', -16).destroy(100);
    script.add(101, 'fork', { child: 103, inherits: true }).enter(103).join(103).fail(103, -3).return(103, -3);
    script.add(103, 'user').add(103, 'fork', { child: 104, inherits: true }).add(104, 'status-list', { entries: [] });
    const entries = [{ task: 'coordinator', type: 'Coord', state: 'Failed' }] as const;
    script
      .die(100)
      .return('coordinator', -16)
      .add('coordinator', 'user')
      .add('coordinator', 'status-list', { entries });
    assertClean(script.free(), {
      tasks: { 103: { end: 'returned', marked: true }, 104: { end: 'untouched', marked: true } },
    });
  });

  describe('runs that did not come to their end', () => {
    const halfway = () => new Script(aCase()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);

    it('one that was cut', () => assertClean(halfway(), { end: 'cut' }));

    it('one that was cut after the coordinator failed and before everyone was dead', () => {
      const script = halfway().fail('coordinator', -4).destroy(100, 101, 102).return('coordinator', -4);
      assertClean(script, { end: 'cut', tasks: { 100: { end: 'running' } } });
    });

    it('an empty record', () => assertClean(new Script(aCase()), { end: 'cut', context: { references: 0 } }));
  });
});
