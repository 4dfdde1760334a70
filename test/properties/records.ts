/** Records made of hand-written events. */
import type { Actor, ContextFinal, CoordinatorFinal, RunEvent, RunRecord, TaskFinal } from '../../src/record/record.ts';
import type { Script } from './support.ts';

export interface FinalParts {
  readonly coordinator?: Partial<CoordinatorFinal>;
  readonly tasks?: Readonly<Record<number, Partial<TaskFinal>>>;
  readonly context?: Partial<ContextFinal>;
  readonly end?: RunRecord['end'];
  readonly findings?: RunRecord['findings'];
}

/** The record of a script; its final state is what the events say, unless said otherwise. */
export function aRecord({ case: c, events }: Script, over: FinalParts = {}): RunRecord {
  const { coordinator, tasks = {}, context, end = 'over', findings = [] } = over;
  const pids = new Set([...c.tasks.map(({ pid }) => pid), ...Object.keys(tasks).map(Number)]);
  const marked = new Set(events.map((event) => (event.kind === 'mark' ? event.task : undefined)));
  const own = new Map<Actor, RunEvent[]>();
  for (const event of events) {
    if (!own.get(event.actor)?.push(event)) own.set(event.actor, [event]);
  }
  const ended = (pid: number) => ({ ...taskAtEnd(own.get(pid) ?? []), marked: marked.has(pid), ...tasks[pid] });
  const restores = events.flatMap((event): [number, number][] =>
    event.kind === 'restore-end' && event.record !== undefined && typeof event.actor === 'number'
      ? [[event.actor, event.record]]
      : [],
  );
  const freed = events.some(({ kind }) => kind === 'free');
  return {
    version: 1,
    backend: 'simulated',
    protocol: c.restart.protocol,
    case: c.id,
    seed: '0',
    events,
    final: {
      coordinator: { ...coordinatorAtEnd(own.get('coordinator') ?? []), ...coordinator },
      tasks: Object.fromEntries([...pids].map((pid) => [pid, ended(pid)])),
      restores,
      context: { owner: 'coordinator', freed, references: freed ? 0 : 1, ...context },
    },
    findings,
    end,
  };
}

function coordinatorAtEnd(own: readonly RunEvent[]): CoordinatorFinal {
  const result = own.findLast((event) => event.kind === 'return')?.result;
  const end = own.some(({ kind }) => kind === 'exit') ? 'killed' : result === undefined ? 'waiting' : 'returned';
  return { end, ...(result !== undefined && { result }) };
}

function taskAtEnd(own: readonly RunEvent[]): Omit<TaskFinal, 'marked'> {
  const result = own.findLast((event) => event.kind === 'return')?.result;
  const record = own.findLast((event) => event.kind === 'restore-end')?.record;
  const exit = own.findLast((event) => event.kind === 'exit');
  const called = own.some(({ kind }) => kind === 'call');
  const at = own.findLast((event) => event.kind === 'point')?.point;
  const end = exit ? exit.how : result !== undefined ? 'returned' : called ? 'waiting' : 'untouched';
  return {
    end,
    ...(result !== undefined && { result }),
    ...(record !== undefined && { record }),
    ...(end === 'waiting' && at !== undefined && { at }),
  };
}
