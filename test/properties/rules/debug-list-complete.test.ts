import assert from 'node:assert/strict';
import type { DebugEntry } from '../../../src/record/record.ts';
import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, FLAGS, healthy, Script } from '../support.ts';

const name = 'debug-list-complete';
const debugged = () =>
  aCase({
    tasks: [aTask(100), aTask(101, { parent: 100 }), aTask(102, { parent: 100, ghost: true, flags: FLAGS.ghost })],
    restart: { debug: true },
  });
const ENTRIES: readonly DebugEntry[] = [
  { task: 'coordinator', type: 'Coord', state: 'Success' },
  { task: 100, type: 'Root', state: 'Success' },
  { task: 101, type: 'Task', state: 'Failed' },
  { task: 102, type: 'Ghost', state: 'Exited' },
];
const joined = (c = debugged()) => new Script(c).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101, 102);
const printing = (...entries: readonly DebugEntry[]) => joined().add(102, 'status-list', { entries }).free(102);
const changed = (place: number, over: Partial<DebugEntry>) => ENTRIES.with(place, { ...ENTRIES[place]!, ...over });

describe(name, () => {
  it('finds an entry that is missing, for every task that took part', () => {
    for (const [place, { task }] of ENTRIES.entries()) {
      const { message } = findViolation(name, printing(...ENTRIES.toSpliced(place, 1)));
      assert.ok(message.includes(String(task)), message);
    }
  });

  it('finds a duplicate entry', () => findViolation(name, printing(...ENTRIES, ENTRIES[2]!)));

  it('finds an entry without a final state', () => {
    for (const state of ['Waiting', 'Running'] as const) {
      for (const place of ENTRIES.keys()) findViolation(name, printing(...changed(place, { state })));
    }
  });

  it('finds an entry of the wrong type', () => {
    for (const place of ENTRIES.keys()) {
      const type = ENTRIES[place]!.type === 'Task' ? 'Ghost' : 'Task';
      findViolation(name, printing(...changed(place, { type })));
    }
  });

  it('says nothing of a saved value that looks like an error', () => {
    const c = aCase({ restart: { debug: true }, image: { records: [{ pid: 100, zombie: false, retval: -512 }] } });
    const entries = [
      { task: 'coordinator', type: 'Coord', state: 'Success' },
      { task: 100, type: 'Root', state: 'Success' },
    ] as const;
    const script = new Script(c).claim().enter(100).mark(100).join(100).restore(100, 0).return(100, -512);
    assertHolds(name, script.add(100, 'status-list', { entries }).free(100));
  });

  it('finds a state that what restart returned belies', () => {
    findViolation(
      name,
      joined()
        .return(100, 1000)
        .add(102, 'status-list', { entries: changed(1, { state: 'Failed' }) })
        .free(102),
    );
    findViolation(
      name,
      joined()
        .return(101, -4)
        .add(102, 'status-list', { entries: changed(2, { state: 'Success' }) })
        .free(102),
    );
    const coordinator = joined().return('coordinator', 0);
    findViolation(name, coordinator.add(102, 'status-list', { entries: changed(0, { state: 'Failed' }) }).free(102));
    assertHolds(name, joined().return('coordinator', -4).add(102, 'status-list', { entries: ENTRIES }));
  });

  it('finds a context that is freed without a list', () => findViolation(name, joined().free()));

  it('holds in any order', () => assertHolds(name, printing(...ENTRIES.toReversed())));

  it('does not ask for a task that never took part, or that came later', () => {
    const early = new Script(debugged())
      .claim()
      .enter(100, 101, 102)
      .add('coordinator', 'status-list', {
        entries: [ENTRIES[0]!],
      });
    assertHolds(name, early);
    assertHolds(name, early.mark(100).join(100));
  });

  it('does not ask for a task that had no memory to register', () => {
    const script = new Script(debugged()).claim().enter(100, 101, 102).mark(100, 101, 102);
    script.fail(101, -12).return(101, -12).join(100, 102);
    assertHolds(name, script.add(102, 'status-list', { entries: ENTRIES.toSpliced(2, 1) }));
    // a ghost never has a result that shows it
    const ghost = new Script(debugged()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 101);
    ghost.add(102, 'point', { point: 'sync-2' }).fail(102, -12).die(102);
    assertHolds(name, ghost.add(101, 'status-list', { entries: ENTRIES.slice(0, 3) }));
  });

  it('asks for a task that failed otherwise', () => {
    const script = new Script(debugged()).claim().enter(100, 101, 102).mark(100, 101, 102).join(100, 102);
    script.add(101, 'point', { point: 'sync-2' }).fail(101, -4).return(101, -4);
    findViolation(name, script.add(102, 'status-list', { entries: ENTRIES.toSpliced(2, 1) }));
  });

  it('asks for the coordinator that reports ENOMEM of another', () => {
    const script = joined().fail(101, -12).return('coordinator', -12);
    findViolation(name, script.add(102, 'status-list', { entries: ENTRIES.slice(1) }));
  });

  it('says nothing of a context that is freed before any task took part, or of other builds', () => {
    const refused = new Script(debugged()).add('coordinator', 'call', { pid: 100, flags: 0 }).free();
    assertHolds(name, refused);
    assertHolds(name, refused.add('coordinator', 'status-list', { entries: [] }));
    assertHolds(name, healthy());
  });

  it('says nothing of an entry of another restart', () => {
    const tasks = [...debugged().tasks, aTask(120, { parent: 101, restartingItself: true })];
    const script = joined(aCase({ tasks, restart: { debug: true } }));
    const foreign = { task: 120, type: 'Coord', state: 'Running' } as const;
    assertHolds(name, script.add(102, 'status-list', { entries: [...ENTRIES, foreign] }));
  });

  it('takes the caller of TASKSELF for the coordinator', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { debug: true, flags: FLAGS.taskself } });
    const list = [{ task: 100, type: 'Coord', state: 'Success' }] as const;
    assertHolds(name, new Script(c).claim(100).restore(100, 0).add(100, 'status-list', { entries: list }));
  });
});
