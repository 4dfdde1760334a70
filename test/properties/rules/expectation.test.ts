import assert from 'node:assert/strict';
import type { Expect, Position, TaskExpectation } from '../../../src/model/case.ts';
import { expectations } from '../../../src/properties/index.ts';
import type { Violation } from '../../../src/record/verdict.ts';
import { aRecord, type FinalParts } from '../records.ts';
import { aCase, aTask, FLAGS, failedLate, healthy, Script as Run, type Script } from '../support.ts';

const at = (line: number): Position => ({ file: 'a.yaml', line, column: 1 });
const positions = { 'expect.coordinator': at(10), 'expect.tasks': at(11), 'expect.tasks.101': at(12) };

function unmet(
  expect: Partial<Expect>,
  run: (c: ReturnType<typeof aCase>) => Script,
  final: FinalParts = {},
): Violation[] {
  const c = aCase({ expect, positions });
  return expectations(c, aRecord(run(c), final));
}

describe('expectations', () => {
  it('are met by a run as it was expected', () => {
    const tasks = { 100: [{ outcome: 'resumed' }], 101: [{ outcome: 'resumed' }] } as const;
    assert.deepEqual(unmet({ coordinator: ['ok'], tasks }, healthy), []);
    const killed = { 100: [{ outcome: 'killed' }], 102: [{ outcome: 'waiting' }, { outcome: 'killed' }] } as const;
    assert.deepEqual(unmet({ coordinator: ['ok', 'EIO'], tasks: killed }, failedLate), []);
  });

  it('ask for nothing that was not said', () => {
    assert.deepEqual(unmet({}, failedLate), []);
    assert.deepEqual(unmet({ tasks: { 101: [] } }, failedLate), []);
  });

  it('report the expected and the actual end, and the place in the file', () => {
    const [violation, ...more] = unmet({ coordinator: ['ok', 'EINTR'] }, failedLate);
    assert.deepEqual(more, []);
    const { property, expected, actual, position } = violation!;
    assert.deepEqual([property, expected, actual, position], ['expectation', 'ok or EINTR', 'EIO', at(10)]);
  });

  it('report it for each task, with the nearest place in the file', () => {
    const resumed = [{ outcome: 'resumed' }] as const;
    const violations = unmet({ tasks: { 101: resumed, 102: resumed } }, failedLate);
    assert.deepEqual(
      violations.map(({ expected, actual, position }) => [expected, actual, position]),
      [
        ['resumed', 'killed', at(12)],
        ['resumed', 'killed', at(11)],
      ],
    );
  });

  it('fall back on the place of the scenario', () => {
    const c = aCase({ expect: { coordinator: ['ok'] } });
    assert.deepEqual(expectations(c, aRecord(failedLate(c)))[0]?.position, c.position);
  });

  it('distinguish where a task waits', () => {
    const final = { tasks: { 101: { end: 'waiting', at: 'sync-3' } } } as const;
    const waits = (where: 'sync-2' | 'sync-3') => ({ tasks: { 101: [{ outcome: 'waiting', at: where }] } }) as const;
    assert.deepEqual(unmet(waits('sync-3'), failedLate, final), []);
    const [violation] = unmet(waits('sync-2'), failedLate, final);
    assert.deepEqual([violation?.expected, violation?.actual], ['waiting at sync-2', 'waiting at sync-3']);
    assert.deepEqual(unmet({ tasks: { 101: [{ outcome: 'waiting' }] } }, failedLate, final), []);
  });

  for (const [end, outcome] of [
    ['waiting', 'blocked'],
    ['killed', 'killed'],
  ] as const) {
    it(`know a coordinator that is ${outcome}`, () => {
      assert.deepEqual(unmet({ coordinator: [outcome] }, healthy, { coordinator: { end } }), []);
      assert.equal(unmet({ coordinator: ['ok'] }, healthy, { coordinator: { end } }).length, 1);
    });
  }

  for (const [end, outcome] of [
    ['returned', 'resumed'],
    ['frozen', 'frozen'],
    ['zombie', 'zombie'],
    ['exited', 'exited'],
  ] as const) {
    it(`know a task that is ${outcome}`, () => {
      assert.deepEqual(unmet({ tasks: { 101: [{ outcome }] } }, healthy, { tasks: { 101: { end } } }), []);
      assert.equal(unmet({ tasks: { 101: [{ outcome: 'killed' }] } }, healthy, { tasks: { 101: { end } } }).length, 1);
    });
  }

  it('take a task for untouched only when it was not marked', () => {
    const untouched = { tasks: { 101: [{ outcome: 'untouched' }] } } as const;
    assert.deepEqual(unmet(untouched, healthy, { tasks: { 101: { end: 'untouched', marked: false } } }), []);
    assert.equal(unmet(untouched, healthy, { tasks: { 101: { end: 'untouched', marked: true } } }).length, 1);
  });

  it('know a task that was marked and never called restart', () => {
    const marked = { tasks: { 101: [{ outcome: 'marked' }] } } as const;
    assert.deepEqual(unmet(marked, healthy, { tasks: { 101: { end: 'untouched', marked: true } } }), []);
    for (const final of [
      { end: 'untouched', marked: false },
      { end: 'returned', marked: true },
    ] as const)
      assert.equal(unmet(marked, healthy, { tasks: { 101: final } }).length, 1);
  });

  it('take a task that had exited before the call for exited', () => {
    const c = aCase({ tasks: [aTask(100, { state: 'dead' })], expect: { tasks: { 100: [{ outcome: 'exited' }] } } });
    assert.deepEqual(expectations(c, aRecord(new Run(c))), []);
    const alive = aCase({ tasks: [aTask(100)], expect: { tasks: { 100: [{ outcome: 'exited' }] } } });
    assert.equal(expectations(alive, aRecord(new Run(alive))).length, 1);
    const killed = aCase({
      tasks: [aTask(100, { state: 'dead' })],
      expect: { tasks: { 100: [{ outcome: 'killed' }] } },
    });
    assert.equal(expectations(killed, aRecord(new Run(killed))).length, 1);
    assert.equal(expectations(c, aRecord(new Run(c), { tasks: { 100: { end: 'returned' } } })).length, 1);
  });

  it('find a task that was never forked, a child of a fault too, unless the scenario allows it', () => {
    const tasks = [aTask(100), aTask(101, { parent: 100, forkedLate: 0 })];
    const resumed = { outcome: 'resumed' } as const;
    for (const pid of [101, 150]) {
      const actual = (...expected: TaskExpectation[]) => {
        const c = aCase({ tasks, expect: { tasks: { [pid]: expected } } });
        const record = aRecord(new Run(c));
        const violations = expectations(c, { ...record, final: { ...record.final, tasks: {} } });
        return violations.map((violation) => violation.actual);
      };
      assert.deepEqual(actual(resumed), ['never-forked']);
      assert.deepEqual(actual(resumed, { outcome: 'never-forked' }), []);
    }
  });

  it('find a task that exists and is expected to be never forked', () => {
    assert.equal(unmet({ tasks: { 101: [{ outcome: 'never-forked' }] } }, healthy).length, 1);
  });

  it('take the caller of TASKSELF for the root of the tree', () => {
    const expect = { coordinator: ['ok'], tasks: { 100: [{ outcome: 'resumed' }] } } as const;
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself }, expect });
    const record = aRecord(new Run(c).claim().restore('coordinator', 0).return('coordinator', 1000));
    const without = { ...record, final: { ...record.final, tasks: {} } };
    assert.deepEqual(expectations(c, without), []);
    const stuck = { ...without.final, coordinator: { end: 'waiting', at: 'out' } as const };
    const [, actual] = expectations(c, { ...without, final: stuck }).map((violation) => violation.actual);
    assert.equal(actual, 'waiting at out');
    const killed = { ...without, final: { ...without.final, coordinator: { end: 'killed', result: -5 } as const } };
    assert.equal(expectations(c, killed).length, 2);
  });

  it('of a run that did not end ask only for ends that cannot change', () => {
    const expect = {
      coordinator: ['ok'],
      tasks: { 100: [{ outcome: 'killed' }], 101: [{ outcome: 'killed' }] },
    } as const;
    const undecided = {
      coordinator: { end: 'waiting' },
      tasks: { 100: { end: 'waiting' }, 101: { end: 'crashed' } },
    } as const;
    for (const end of ['crashed', 'cut'] as const) {
      assert.deepEqual(unmet(expect, healthy, { ...undecided, end }), []);
      for (const final of ['exited', 'zombie', 'returned'] as const) {
        const [, violation] = unmet(expect, failedLate, { end, tasks: { 101: { end: final } } });
        assert.equal(violation?.actual, final === 'returned' ? 'resumed' : final);
      }
      const resumed = { tasks: { 101: [{ outcome: 'resumed' }] } } as const;
      assert.equal(unmet(resumed, failedLate, { end, tasks: { 101: { end: 'killed' } } }).length, 1);
    }
    assert.equal(unmet(expect, healthy, undecided).length, 3);
  });
});
