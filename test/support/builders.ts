/** Small cases, records and backends for tests: everything healthy, except for what a test says. */
import sinon from 'sinon';
import type { Backend } from '../../src/backends/backend.ts';
import { type Case, type Expect, NOWHERE, plainTask, type RestartCall, type Task } from '../../src/model/case.ts';
import { type FinalState, RECORD_VERSION, type RunRecord, type TaskFinal } from '../../src/record/record.ts';

export function aTask(pid: number, more: Partial<Task> = {}): Task {
  return { ...plainTask(pid, pid === 100 ? 'coordinator' : 100, 1), ...more };
}

export const A_CALL: RestartCall = {
  pid: 100,
  coordinatorPid: 99,
  flags: 0,
  capable: true,
  fd: 'good',
  logfd: 'none',
  debug: false,
  protocol: 'series',
  backends: [],
};

const NOTHING_EXPECTED: Expect = { coordinator: [], tasks: {}, violates: [], except: [] };

/** A root with one child, restarted by `series`. */
export function aCase(expect: Partial<Expect> = {}, more: Partial<Case> = {}): Case {
  const tasks = more.tasks ?? [aTask(100), aTask(101)];
  return {
    id: 'test#two tasks',
    scenario: 'two tasks',
    title: 'two tasks',
    tags: [],
    matrix: {},
    position: NOWHERE,
    tasks,
    image: {
      pids: tasks.map(({ pid }) => pid),
      nrTasks: tasks.length,
      records: tasks.map(({ pid }, i) => ({ pid, zombie: false, retval: 1000 + i })),
      damage: [],
    },
    restart: A_CALL,
    faults: [],
    positions: {},
    ...more,
    expect: { ...NOTHING_EXPECTED, ...expect },
  };
}

/** The end of a task. */
export function anEnd(end: TaskFinal['end'], more: Partial<TaskFinal> = {}): TaskFinal {
  return { end, marked: true, ...more };
}

/** A record without events, in which the coordinator failed with -EBUSY and all died. */
export function aRecord(final: Partial<FinalState> = {}, more: Partial<RunRecord> = {}): RunRecord {
  return {
    version: RECORD_VERSION,
    backend: 'simulated',
    protocol: 'series',
    case: 'test#two tasks',
    seed: '0',
    events: [],
    findings: [],
    end: 'over',
    ...more,
    final: {
      coordinator: { end: 'returned', result: -16 },
      tasks: { 100: anEnd('killed'), 101: anEnd('killed') },
      restores: [],
      ...final,
    },
  };
}

export type BackendDouble = sinon.SinonStubbedInstance<Backend> & { name: Backend['name'] };

/** A backend double that can do everything, and answers each plan with the record. */
export function aBackend(record: RunRecord = aRecord()): BackendDouble {
  return {
    name: 'simulated',
    capabilities: sinon
      .stub<[], ReturnType<Backend['capabilities']>>()
      .resolves([{ name: 'simulated', available: true, detail: 'a double' }]),
    refuses: sinon.stub<Parameters<Backend['refuses']>, string | undefined>().returns(undefined),
    run: sinon
      .stub<Parameters<Backend['run']>, Promise<RunRecord>>()
      .callsFake(async ({ seed }) => ({ ...record, seed })),
    dispose: sinon.stub<[], Promise<void>>().resolves(),
  };
}
