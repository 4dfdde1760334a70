/** The actors of a case in the agent's terms: numbered, and linked to those that make them. Number 0 is the coordinator. */
import { type Case, RESTART_FLAGS, type Task, type TaskId } from '../../model/case.ts';
import type { Placed } from './sweep.ts';

/** What a scenario says of an actor (agent/plan.c has the same names). */
type Declared =
  | 'dead'
  | 'ghost'
  | 'sibling'
  | 'stranger'
  | 'nested'
  | 'absent'
  | 'exiting'
  | 'late'
  | 'thread'
  | 'by-fault';

export interface Actor {
  readonly number: number;
  readonly pid: number;
  readonly id: TaskId;
  /** Of the case; undefined for a coordinator that is not in the tree, and for a child that a fault forks. */
  readonly task: Task | undefined;
  readonly creator: Actor | undefined;
  readonly parent: Actor | undefined;
  readonly leader: Actor;
  readonly declared: readonly Declared[];
  /** The child that this fault makes its target fork. */
  readonly forkedBy?: Placed;
}

export interface Cast {
  readonly actors: readonly Actor[];
  /** The actor with this name; undefined where the case has none. */
  of(id: TaskId): Actor | undefined;
  /** A pid that the case does not mention anywhere, for the tracer that is not in the tree. */
  readonly outsider: number;
}

/** Whether the caller restarts itself: then the tree's root is the coordinator. */
export function isTaskself(c: Case): boolean {
  return (c.restart.flags & RESTART_FLAGS.taskself) !== 0;
}

/** The actors of a run. */
export function assignActors(c: Case, faults: readonly Placed[], pidMax: number): Cast {
  const free = freePids(c, pidMax);
  const byId = new Map<TaskId, Actor>();
  const actors: Actor[] = [];
  const add = (made: Omit<Actor, 'number' | 'leader'>, leader?: Actor): void => {
    const actor = { ...made, number: actors.length } as { -readonly [K in keyof Actor]: Actor[K] };
    actor.leader = leader ?? actor;
    actors.push(actor);
    byId.set(made.id, actor);
  };
  const self = isTaskself(c) ? c.tasks[0] : undefined;
  // Pid 1 is the agent's own: a coordinator that the scenario leaves there gets another, which nothing else mentions.
  const { coordinatorPid } = c.restart;
  const pid = self?.pid ?? (coordinatorPid > 1 ? coordinatorPid : free());
  add({
    pid,
    id: 'coordinator',
    task: self,
    creator: undefined,
    parent: undefined,
    declared: self ? listDeclared(self) : [],
  });
  if (self) byId.set(self.pid, actors[0]!);
  for (const task of c.tasks) {
    if (task === self) continue;
    const isThread = task.leader !== task.pid;
    add(
      {
        pid: task.pid,
        id: task.pid,
        task,
        creator: byId.get(task.creator),
        parent: byId.get(task.parent),
        declared: listDeclared(task),
      },
      isThread ? byId.get(task.leader) : undefined,
    );
  }
  for (const placed of faults) {
    const { fault, targets } = placed;
    const maker = targets[0] === undefined ? undefined : byId.get(targets[0]);
    const { child } = fault;
    if (fault.verb !== 'fork' || child === undefined || !maker || byId.has(child)) continue;
    const declared: readonly Declared[] = ['late', 'by-fault'];
    add({ pid: child, id: child, task: undefined, creator: maker, parent: maker, declared, forkedBy: placed });
  }
  return { actors, of: (id) => byId.get(id), outsider: free() };
}

function listDeclared(task: Task): Declared[] {
  const holds: Readonly<Record<Exclude<Declared, 'by-fault'>, boolean>> = {
    dead: task.state === 'dead',
    ghost: task.ghost,
    sibling: task.sibling,
    stranger: task.owner === 'stranger',
    nested: task.restartingItself,
    absent: task.absent,
    exiting: task.exits,
    late: task.forkedLate !== undefined,
    thread: task.leader !== task.pid,
  };
  return Object.keys(holds).filter((name): name is keyof typeof holds => holds[name as keyof typeof holds]);
}

/** Gives pids from the top that the case does not mention. */
function freePids(c: Case, pidMax: number): () => number {
  const taken = new Set<number>([c.restart.pid, c.restart.coordinatorPid, ...c.image.pids]);
  for (const { pid } of c.tasks) taken.add(pid);
  for (const { child, times } of c.faults) for (let i = 0; child !== undefined && i < times; i++) taken.add(child + i);
  let next = pidMax - 1;
  return () => {
    while (taken.has(next)) next--;
    return next--;
  };
}
