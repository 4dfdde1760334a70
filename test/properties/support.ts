/** Cases made by hand, and the events of their runs, for the tests of properties. */
import {
  type Case,
  type Expect,
  type Image,
  NOWHERE,
  plainTask,
  type RestartCall,
  type Task,
  type TaskId,
} from '../../src/model/case.ts';
import type { Actor, Effect, EffectKind, RunEvent } from '../../src/record/record.ts';
import { A_CALL } from '../support/builders.ts';

export const FLAGS = { taskself: 1, frozen: 2, ghost: 4, unknown: 0x80 } as const;

/** A task below the coordinator, alive and its own leader, unless said otherwise. */
export function aTask(pid: number, over: Partial<Task> = {}): Task {
  return { ...plainTask(pid, over.parent ?? 'coordinator', pid), ...over };
}

interface Parts {
  readonly tasks?: readonly Task[];
  readonly image?: Partial<Image>;
  readonly restart?: Partial<RestartCall>;
  readonly expect?: Partial<Expect>;
  readonly positions?: Case['positions'];
}

/** A case of a root with two children, 100 to 102, unless said otherwise; the image is that of the tree. */
export function aCase({ tasks = aTree(), image = {}, restart = {}, expect = {}, positions = {} }: Parts = {}): Case {
  const pids = tasks.filter(({ ghost, state }) => !ghost && state !== 'dead').map(({ pid }) => pid);
  const zombies = new Set(tasks.filter(({ state }) => state === 'zombie').map(({ pid }) => pid));
  const records = (image.pids ?? pids).map((pid, i) => ({ pid, zombie: zombies.has(pid), retval: 1000 + i }));
  return {
    id: 'test#a case',
    scenario: 'a case',
    title: 'a case',
    tags: [],
    matrix: {},
    position: NOWHERE,
    tasks,
    image: { pids, nrTasks: image.pids?.length ?? pids.length, records, damage: [], ...image },
    restart: { ...A_CALL, pid: tasks[0]?.pid ?? 100, protocol: 'hardened', ...restart },
    faults: [],
    expect: { coordinator: [], tasks: {}, violates: [], except: [], ...expect },
    positions,
  };
}

export function aTree(): Task[] {
  return [aTask(100), aTask(101, { parent: 100 }), aTask(102, { parent: 100 })];
}

type EffectOf<K extends EffectKind, E = Effect> = E extends { kind: infer X } ? (K extends X ? E : never) : never;
type Fields<K extends EffectKind> = Omit<EffectOf<K>, 'kind'>;

/** The events of a run, written phase by phase. Each event is a step of its own. */
export class Script {
  readonly case: Case;
  events: RunEvent[] = [];

  constructor(c: Case) {
    this.case = c;
  }

  add<K extends EffectKind>(actor: Actor, kind: K, ...[fields]: object extends Fields<K> ? [Fields<K>?] : [Fields<K>]) {
    this.events.push({ step: this.events.length + 1, actor, kind, ...fields } as unknown as RunEvent);
    return this;
  }

  /** The coordinator calls restart and comes to its claim. */
  claim(caller: TaskId = 'coordinator'): this {
    const { pid, flags, debug } = this.case.restart;
    this.add(caller, 'call', { pid, flags }).add(caller, 'get', { references: 1 });
    if (debug) this.add(caller, 'status', { status: 'Running' });
    for (const point of ['header', 'tree', 'root', 'claim'] as const) this.add(caller, 'point', { point });
    return this.add(caller, 'mark', { task: caller });
  }

  /** Tasks call restart and wait at sync point 1. */
  enter(...pids: readonly number[]): this {
    for (const pid of pids) this.add(pid, 'call', { pid: 0, flags: 0 }).add(pid, 'point', { point: 'sync-1' });
    return this;
  }

  /** The walk marks tasks. */
  mark(...pids: readonly number[]): this {
    this.add('coordinator', 'point', { point: 'prepare' });
    for (const pid of pids) {
      this.add('coordinator', 'visit', { task: pid }).add('coordinator', 'mark', { task: pid });
      this.add('coordinator', 'wake', { task: pid });
    }
    return this.add('coordinator', 'total', { tasks: pids.length });
  }

  /** Tasks get the context and wait for their turn. */
  join(...pids: readonly number[]): this {
    for (const pid of pids) {
      if (this.case.restart.debug) this.add(pid, 'status', { status: 'Waiting' });
      this.add(pid, 'point', { point: 'sync-2' }).add(pid, 'sleep', { on: 'waitq' });
    }
    return this;
  }

  /** The turn passes to the task at this place of the image. */
  activate(by: TaskId, index: number): this {
    const pid = this.case.image.pids[index];
    return this.add(by, 'activate', pid === undefined ? { index } : { index, pid });
  }

  /** A task restores itself from this record. */
  restore(taskId: TaskId, record: number): this {
    this.add(taskId, 'point', { point: 'restore' });
    return this.add(taskId, 'restore-begin').add(taskId, 'restore-end', { record });
  }

  /** A task in its turn, up to sync point 3. */
  turn(pid: number, index: number): this {
    this.restore(pid, index).activate(pid, index + 1);
    return this.add(pid, 'done', { left: 0 }).add(pid, 'point', { point: 'sync-3' }).add(pid, 'sleep', { on: 'waitq' });
  }

  /** All tasks of the image restore themselves in turn. */
  turns(): this {
    this.add('coordinator', 'point', { point: 'activate' }).activate('coordinator', 0);
    this.add('coordinator', 'point', { point: 'wait' });
    for (const [index, pid] of this.case.image.pids.entries()) this.turn(pid, index);
    return this;
  }

  /** The coordinator declares success and returns. */
  succeed(): this {
    this.add('coordinator', 'point', { point: 'tail' }).add('coordinator', 'point', { point: 'out' });
    return this.add('coordinator', 'success').return('coordinator', 0).add('coordinator', 'user');
  }

  /** Someone records the first error. */
  fail(taskId: TaskId, error: number, first = true): this {
    return this.add(taskId, 'error', { error, first });
  }

  /** Lets go of the context, and has a result. */
  return(taskId: TaskId, result: number): this {
    return this.add(taskId, 'unmark').add(taskId, 'return', { result });
  }

  /** Tasks leave restart with the values of their records. */
  resume(...pids: readonly number[]): this {
    const values = new Map(this.case.image.records.map((record) => [record.pid, record.retval]));
    for (const pid of pids) this.return(pid, values.get(pid)!).add(pid, 'user');
    return this;
  }

  /** The coordinator kills. */
  destroy(...pids: readonly number[]): this {
    for (const pid of pids) this.add('coordinator', 'signal', { task: pid, signal: 'SIGKILL', force: true });
    return this;
  }

  die(...pids: readonly TaskId[]): this {
    for (const pid of pids) this.add(pid, 'exit', { how: 'killed', code: 0 });
    return this;
  }

  /** The context is freed. */
  free(by: TaskId = 'coordinator'): this {
    return this.add(by, 'put', { references: 0 }).add(by, 'free');
  }
}

/** A whole healthy restart of a case, until every task is back. */
export function healthy(c: Case = aCase()): Script {
  const pids = c.tasks.map(({ pid }) => pid);
  return new Script(c)
    .claim()
    .enter(...pids)
    .mark(...pids)
    .join(...pids)
    .turns()
    .succeed()
    .resume(...c.image.pids)
    .free(c.image.pids.at(-1) ?? 'coordinator');
}

/** A restart that fails late: the tail can't be read, when all have restored themselves. */
export function failedLate(c: Case = aCase()): Script {
  const pids = c.tasks.map(({ pid }) => pid);
  const script = new Script(c)
    .claim()
    .enter(...pids)
    .mark(...pids)
    .join(...pids)
    .turns()
    .add('coordinator', 'point', { point: 'tail' })
    .fail('coordinator', -5)
    .destroy(...pids);
  for (const pid of pids) script.fail(pid, -5, false).return(pid, -5).die(pid);
  return script.return('coordinator', -5).add('coordinator', 'user').free();
}

/** The events without those that the test takes out, and with others put in front of the first that it picks. */
export function edited(
  script: Script,
  edit: {
    readonly drop?: (event: RunEvent) => boolean;
    readonly at?: (event: RunEvent) => boolean;
    readonly put?: (s: Script) => void;
  },
): Script {
  const { drop = () => false, at, put } = edit;
  const result = new Script(script.case);
  let pending = put;
  for (const event of script.events) {
    if (pending && at?.(event)) {
      pending(result);
      pending = undefined;
    }
    if (!drop(event)) result.events.push(event);
  }
  if (pending) pending(result);
  result.events = result.events.map((event, i) => ({ ...event, step: i + 1 }));
  return result;
}
