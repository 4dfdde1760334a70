/** Any well-typed case and record, however senseless. */
import fc from 'fast-check';
import type { Case, TaskId } from '../../src/model/case.ts';
import { ERRNO_NAMES } from '../../src/model/errno.ts';
import { COORDINATOR_POINT_NAMES, TASK_POINT_NAMES } from '../../src/model/points.ts';
import {
  type Actor,
  type Effect,
  type EffectKind,
  FINDING_KINDS,
  type Finding,
  type RunEvent,
  type RunRecord,
  type TaskFinal,
} from '../../src/record/record.ts';
import { aCase, aTask } from './support.ts';

type Fields<K extends EffectKind, E = Effect> = E extends { kind: infer X }
  ? K extends X
    ? Omit<E, 'kind'>
    : never
  : never;

const pid = fc.integer({ min: 99, max: 106 });
const id: fc.Arbitrary<TaskId> = fc.oneof(pid, fc.constant('coordinator' as const));
const actor: fc.Arbitrary<Actor> = fc.oneof(id, fc.constant('environment' as const));
const result = fc.oneof(fc.integer({ min: -520, max: 5 }), fc.integer());
const point = fc.constantFrom(...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES);
const small = fc.integer({ min: -2, max: 7 });
const word = fc.constantFrom('waitq', 'ghostq', 'complete', 'errno_sync', 'tasklist_lock', '');
const state = fc.constantFrom('Waiting', 'Running', 'Failed', 'Success', 'Exited');
const finding: fc.Arbitrary<Finding> = optional(
  { kind: fc.constantFrom(...FINDING_KINDS), at: word },
  { detail: word },
);
const entry = fc.record({ task: id, type: fc.constantFrom('Coord', 'Root', 'Ghost', 'Task'), state });

const EFFECTS: { readonly [K in EffectKind]: fc.Arbitrary<Fields<K>> } = {
  point: fc.record({ point }),
  call: fc.record({ pid, flags: small }),
  visit: fc.record({ task: id }),
  mark: fc.record({ task: id }),
  unmark: fc.constant({}),
  sleep: fc.record({ on: word }),
  wake: fc.record({ task: id }),
  detach: fc.record({ task: pid }),
  'call-failed': fc.record({ call: fc.constantFrom('kmalloc', 'image-read', 'restore', 'freeze'), error: result }),
  interrupted: fc.record({ on: word }),
  signal: fc.record({ task: id, signal: fc.constantFrom('SIGKILL', 'SIGUSR1'), force: fc.boolean() }),
  activate: optional({ index: small }, { pid }),
  'restore-begin': fc.constant({}),
  'restore-end': optional({}, { record: small, error: result }),
  'threads-passed': fc.constant({}),
  done: fc.record({ left: small }),
  total: fc.record({ tasks: small }),
  error: fc.record({ error: result, first: fc.boolean() }),
  success: fc.constant({}),
  complete: fc.record({ what: word }),
  get: fc.record({ references: small }),
  put: fc.record({ references: small }),
  free: fc.constant({}),
  status: fc.record({ status: state }),
  'status-list': fc.record({ entries: fc.array(entry, { maxLength: 5 }) }),
  fork: fc.record({ child: pid, inherits: fc.boolean() }),
  'fork-failed': fc.record({ error: result }),
  frozen: fc.record({ task: id }),
  return: fc.record({ result }),
  user: fc.constant({}),
  exit: fc.record({ how: fc.constantFrom('killed', 'exited', 'zombie'), code: small }),
  reparent: fc.record({ task: id }),
  fault: optional({ fault: word, verb: fc.constantFrom('kill', 'signal', 'exit', 'ptrace') }, { target: id }),
  log: fc.record({ text: word }),
  step: fc.record({ name: word, line: small }),
  load: optional({ word, value: small }, { of: id }),
  store: optional({ word, value: small }, { of: id }),
  finding: fc.record({ finding }),
};

const effect = fc.oneof(
  ...(Object.keys(EFFECTS) as EffectKind[]).map((kind) =>
    (EFFECTS[kind] as fc.Arbitrary<object>).map((fields) => ({ kind, ...fields }) as Effect),
  ),
);
const events: fc.Arbitrary<RunEvent[]> = fc
  .array(fc.tuple(actor, effect), { maxLength: 60 })
  .map((list) => list.map(([by, what], step): RunEvent => ({ step, actor: by, ...what })));

const ENDS = [
  'returned',
  'frozen',
  'killed',
  'zombie',
  'exited',
  'waiting',
  'untouched',
  'crashed',
  'running',
] as const;
const taskFinal: fc.Arbitrary<TaskFinal> = optional(
  { end: fc.constantFrom(...ENDS), marked: fc.boolean() },
  { at: point, result, record: small },
);

const outcome = fc.constantFrom('resumed', 'frozen', 'killed', 'zombie', 'exited', 'untouched', 'marked', 'waiting');

const task = fc
  .record({
    pid,
    parent: id,
    leader: pid,
    state: fc.constantFrom('alive', 'zombie', 'dead'),
    ghost: fc.boolean(),
    owner: fc.constantFrom('self', 'stranger'),
    restartingItself: fc.boolean(),
    tracedBy: fc.option(fc.oneof(pid, fc.constant('outsider' as const)), { nil: undefined }),
    forkedLate: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map(({ tracedBy, forkedLate, ...rest }) =>
    aTask(rest.pid, {
      ...rest,
      ...(tracedBy !== undefined && { tracedBy }),
      ...(forkedLate !== undefined && { forkedLate }),
    }),
  );

/** Any case; its tree need not even be one. */
export const anyCase: fc.Arbitrary<Case> = fc
  .record({
    tasks: fc.uniqueArray(task, { selector: ({ pid }) => pid, maxLength: 6 }),
    pids: fc.array(pid, { maxLength: 6 }),
    nrTasks: small,
    records: fc.array(fc.record({ pid, zombie: fc.boolean(), retval: result }), { maxLength: 6 }),
    flags: fc.nat(3),
    debug: fc.boolean(),
    callPid: pid,
    coordinator: fc.array(fc.constantFrom('ok', 'killed', 'blocked', ...ERRNO_NAMES), { maxLength: 2 }),
    expected: fc.dictionary(pid.map(String), fc.array(optional({ outcome }, { at: point }), { maxLength: 2 })),
    leftWaiting: fc.option(fc.array(pid), { nil: undefined }),
  })
  .map(({ tasks, pids, nrTasks, records, flags, debug, callPid, coordinator, expected, leftWaiting }) =>
    aCase({
      tasks,
      image: { pids, nrTasks, records },
      restart: { flags, debug, pid: callPid },
      expect: {
        coordinator,
        tasks: expected as Case['expect']['tasks'],
        ...(leftWaiting !== undefined && { leftWaiting }),
      },
    }),
  );

/** Any record. */
export const anyRecord: fc.Arbitrary<RunRecord> = fc
  .record({
    events,
    coordinator: optional({ end: fc.constantFrom('returned', 'killed', 'waiting', 'crashed') }, { at: point, result }),
    tasks: fc.dictionary(pid.map(String), taskFinal),
    restores: fc.array(fc.tuple(pid, small), { maxLength: 4 }),
    context: fc.option(fc.record({ owner: id, freed: fc.boolean(), references: small }), { nil: undefined }),
    findings: fc.array(finding, { maxLength: 3 }),
    end: fc.constantFrom('over', 'crashed', 'cut'),
  })
  .map(
    ({ events, coordinator, tasks, restores, context, findings, end }): RunRecord => ({
      version: 1,
      backend: 'simulated',
      protocol: 'series',
      case: 'any',
      seed: null,
      events,
      final: { coordinator, tasks, restores, ...(context && { context }) } as RunRecord['final'],
      findings,
      end,
    }),
  );

/** A record with some keys that are always there, and some that need not be. */
function optional<A extends object, B extends object>(
  always: { [K in keyof A]: fc.Arbitrary<A[K]> },
  perhaps: { [K in keyof B]: fc.Arbitrary<B[K]> },
): fc.Arbitrary<A & { [K in keyof B]?: B[K] }> {
  const keys = Object.keys(always) as never[];
  return fc.record({ ...always, ...perhaps } as never, { requiredKeys: keys }) as never;
}
