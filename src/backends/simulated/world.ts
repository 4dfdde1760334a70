/** Makes a machine's constants and its first memory from a case. */
import type { Case, Failure, Fault, Task, TaskId } from '../../model/case.ts';
import { FAILURES, plainTask, SIZEOF_CKPT_PIDS } from '../../model/case.ts';
import { errnoNumber } from '../../model/errno.ts';
import { COORDINATOR_POINT_NAMES, TASK_POINT_NAMES } from '../../model/points.ts';
import { isFatalToTasks } from '../../model/signals.ts';
import * as P from '../../protocol/checkpoint_types.ts';
import * as I from '../../protocol/world.ts';
import { VERBS } from './faults.ts';
import * as L from './kernel/layout.ts';
import * as W from './kernel/world.ts';

/** The number of the coordinator among the tasks. */
const COORDINATOR = 0;

export interface Setup {
  readonly world: W.World;
  /** The memory at the start. */
  readonly memory: Int32Array;
}

/** Points by their names; the coordinator's are first. */
const POINT_NUMBERS = new Map<string, number>(
  [...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES].map((name, i) => [name, i + 1]),
);

/** The number of a point of model/points.ts in the memory. */
export function pointNumber(name: string): number {
  return POINT_NUMBERS.get(name)!;
}

/** Points by their numbers; 0: none. */
export const POINT_NAMES = ['', ...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES] as const;

/** The name of a point's number; undefined for 0. */
export function pointName(number: number): (typeof POINT_NAMES)[number] | undefined {
  return number === 0 ? undefined : POINT_NAMES[number];
}

/** The tasks of a case that get a number of their own: with TASKSELF the root is the coordinator. */
export function flattenTasks(c: Case): readonly Task[] {
  return isTaskself(c) ? c.tasks.slice(1) : c.tasks;
}

/** Whether the coordinator restarts itself. */
export function isTaskself(c: Case): boolean {
  return (c.restart.flags & P.RESTART_TASKSELF) !== 0;
}

/** Sets a machine up for a case. `taskWords`: how long the compiled model's task is. */
export function setUp(c: Case, taskWords: number): Setup {
  return new Builder(c, taskWords).build();
}

/** Each record is two objects. */
export function recordOf(object: number): number {
  return (object - I.FIRST_RECORD) >> 1;
}

class Builder {
  private readonly case: Case;
  private readonly tasks: readonly Task[];
  private readonly taskWords: number;
  private readonly ctx = P.HEADER_WORDS;
  /** The context of tasks that are in another restart. */
  private readonly otherCtx: number;
  private readonly firstTask: number;
  private readonly nrTasks: number;
  private readonly firstFault: number;
  private readonly memory: Int32Array;
  private readonly numbers = new Map<number, number>();

  constructor(c: Case, taskWords: number) {
    this.case = c;
    this.tasks = [...flattenTasks(c), ...forkedByFaults(c)];
    this.taskWords = taskWords;
    const others = c.tasks.some((task) => task.restartingItself);
    this.otherCtx = others ? this.ctx + P.CTX_WORDS : 0;
    this.firstTask = this.ctx + P.CTX_WORDS * (others ? 2 : 1);
    this.nrTasks = this.tasks.length + 1;
    this.firstFault = this.firstTask + this.nrTasks * taskWords;
    this.memory = new Int32Array(this.firstFault + c.faults.length * W.FAULT_WORDS);
    this.tasks.forEach((task, i) => {
      this.numbers.set(task.pid, i + 1);
    });
    if (isTaskself(c)) this.numbers.set(c.tasks[0]!.pid, COORDINATOR);
  }

  private pointer(number: number): number {
    return this.firstTask + number * this.taskWords;
  }

  private pointerOf(id: TaskId): number {
    const number = id === 'coordinator' ? COORDINATOR : this.numbers.get(id);
    return number === undefined ? L.NULL : this.pointer(number);
  }

  build(): Setup {
    const { case: c, tasks, nrTasks } = this;
    const ints = (): Int32Array => new Int32Array(nrTasks);
    const pid = ints();
    const leader = ints();
    const nextThread = ints();
    const argPid = ints();
    const argFlags = ints();
    const exitCode = new Uint8Array(nrTasks);
    const firstFork = ints();
    const nextFork = ints();
    const forkedByFault = new Uint8Array(nrTasks);
    const forkParent = ints();
    const tracer = ints();
    const absent = new Uint8Array(nrTasks);

    const root = c.tasks[0]!;
    pid[COORDINATOR] = isTaskself(c) ? root.pid : c.restart.coordinatorPid;
    leader[COORDINATOR] = nextThread[COORDINATOR] = this.pointer(COORDINATOR);
    argPid[COORDINATOR] = c.restart.pid;
    argFlags[COORDINATOR] = c.restart.flags;
    this.start(this.pointer(COORDINATOR), isTaskself(c) ? root : undefined);
    if (isTaskself(c)) tracer[COORDINATOR] = this.findTracer(root);
    // A task that restarts itself makes the call even when it is in another restart: the claim must detect that.
    this.memory[this.pointer(COORDINATOR) + L.STATE] = L.RUNNING;

    const lastThread = new Map<number, number>();
    const lastFork = new Map<number, number>();
    tasks.forEach((task, i) => {
      const number = i + 1;
      const self = this.pointer(number);
      pid[number] = task.pid;
      leader[number] = this.pointerOf(task.leader);
      nextThread[number] = self;
      argFlags[number] = task.flags;
      exitCode[number] = task.exitCode;
      absent[number] = task.absent || task.restartingItself ? 1 : 0;
      tracer[number] = this.findTracer(task);
      this.start(self, task);
      if (task.leader !== task.pid) {
        const before = lastThread.get(task.leader) ?? this.numbers.get(task.leader)!;
        nextThread[number] = this.pointerOf(task.leader);
        nextThread[before] = self;
        lastThread.set(task.leader, number);
      }
      if (task.forkedLate !== undefined) {
        const creator = this.numbers.get(Number(task.creator))!;
        const before = lastFork.get(creator);
        if (before === undefined) firstFork[creator] = self;
        else nextFork[before] = self;
        lastFork.set(creator, number);
        forkParent[number] = this.pointerOf(task.parent);
        forkedByFault[number] = task.forkedLate === Number.POSITIVE_INFINITY ? 1 : 0;
      }
    });
    this.link();

    const { objects, objectError } = this.image();
    const named = new Set(c.image.pids);
    const world: W.World = {
      nrTasks,
      firstTask: this.firstTask,
      taskWords: this.taskWords,
      words: this.memory.length,
      pid,
      leader,
      nextThread,
      argPid,
      argFlags,
      exitCode,
      firstFork,
      nextFork,
      forkedByFault,
      forkParent,
      tracer,
      traced: Int32Array.from(tracer.keys()).filter((number) => tracer[number] !== 0),
      absent,
      byPid: (wanted) => (wanted === pid[COORDINATOR] ? this.pointer(COORDINATOR) : this.pointerOf(wanted)),
      ctx: this.ctx,
      root: this.pointerOf(root.pid),
      capable: c.restart.capable,
      badFd: c.restart.fd === 'bad',
      badLogfd: c.restart.logfd === 'bad',
      debug: c.restart.debug,
      taskself: isTaskself(c),
      objects,
      objectError,
      recordOf,
      pids: Int32Array.from(c.image.pids),
      isNamed: (wanted) => named.has(wanted),
      nrSaved: c.image.nrTasks,
      pidsBytes: c.image.pidsBytes ?? SIZEOF_CKPT_PIDS * c.image.pids.length,
      retval: Int32Array.from(c.image.records, (record) => record.retval),
      zombie: Uint8Array.from(c.image.records, (record) => (record.zombie ? 1 : 0)),
      firstFault: this.firstFault,
      ...this.faults(),
    };
    return { world, memory: this.memory };
  }

  /** The task of the tree that traces this one. */
  private findTracer({ tracedBy }: Task): number {
    return typeof tracedBy === 'number' ? this.pointerOf(tracedBy) : L.NULL;
  }

  /** The task as it is before the first call of restart. */
  private start(self: number, task: Task | undefined): void {
    const m = this.memory;
    m[self + L.RESULT] = L.NO_RESULT;
    m[self + L.FLAGS] = L.IN_USER;
    if (!task) return;
    if (task.owner === 'stranger') m[self + L.FLAGS]! |= L.STRANGER;
    if (task.tracedBy !== undefined) m[self + L.FLAGS]! |= L.PT_PTRACED;
    if (task.exits) m[self + L.FLAGS]! |= L.WILL_EXIT;
    if (task.restartingItself) {
      m[self + P.CHECKPOINT_CTX] = this.otherCtx;
      m[this.otherCtx + L.LIFE] = 1;
      m[this.otherCtx + P.KFLAGS] = P.CKPT_CTX_RESTART;
      m[this.otherCtx + P.REFCOUNT]!++;
    }
    if (task.absent || task.restartingItself) m[self + L.STATE] = L.IDLE;
    if (task.forkedLate !== undefined) m[self + L.STATE] = L.UNBORN;
    if (task.state === 'dead') {
      m[self + L.STATE] = L.DEAD;
      m[self + L.FLAGS] = L.EXIT_STATE;
    }
  }

  /** The lists of children; threads are in none. */
  private link(): void {
    const m = this.memory;
    const last = new Map<number, number>();
    this.tasks.forEach((task, i) => {
      if (task.forkedLate !== undefined || task.leader !== task.pid) return;
      const self = this.pointer(i + 1);
      const parent = this.pointerOf(task.parent);
      m[self + L.PARENT] = parent;
      const before = last.get(parent);
      if (before === undefined) m[parent + L.CHILDREN] = self;
      else m[before + L.SIBLING] = self;
      last.set(parent, self);
    });
  }

  private image(): Pick<W.World, 'objects' | 'objectError'> {
    const { image } = this.case;
    const kinds = [I.CKPT_HDR_HEADER, I.CKPT_HDR_CONTAINER, I.CKPT_HDR_TREE, I.CKPT_HDR_BUFFER];
    for (let record = 0; record < image.records.length; record++) kinds.push(I.CKPT_HDR_TASK, I.CKPT_HDR_THREAD);
    kinds.push(I.CKPT_HDR_TAIL);
    const first = (object: string, index: number): number => {
      if (object === 'task') return I.FIRST_RECORD + 2 * index;
      return kinds.indexOf(
        { header: I.CKPT_HDR_HEADER, container: I.CKPT_HDR_CONTAINER, tree: I.CKPT_HDR_TREE, tail: I.CKPT_HDR_TAIL }[
          object
        ]!,
      );
    };
    const error = new Int16Array(kinds.length);
    let length = kinds.length;
    for (const damage of image.damage) {
      const at = first(damage.object, damage.index);
      if (damage.kind === 'truncate') length = Math.min(length, at);
      else error[at] = -errnoNumber('EINVAL');
    }
    return {
      objects: Uint8Array.from(kinds.slice(0, length)),
      objectError: error.slice(0, length),
    };
  }

  private faults(): Pick<W.World, 'faults' | 'triggers' | 'failures'> {
    const { case: c, memory } = this;
    const triggers: W.Trigger[][] = POINT_NAMES.map(() => []);
    const failures: number[][] = [[], [], [], []];
    const faults = c.faults.map((fault, i): W.WorldFault => {
      const { when } = fault;
      if (when.kind === 'task' || when.kind === 'coordinator') {
        const id = when.kind === 'task' ? when.task : 'coordinator';
        triggers[pointNumber(when.at)]!.push({ task: this.pointerOf(id), fault: i });
      } else if (when.kind === 'start') memory[L.DUE]! |= 1 << i;
      if (fault.failure) failures[FAILURE_NUMBERS[fault.failure]]!.push(i);
      return {
        name: fault.name,
        verb: VERBS[fault.verb],
        targets: Int32Array.from(fault.targets, (id) => this.pointerOf(id)),
        times: fault.times,
        call: fault.call ?? 0,
        errno: fault.failure ? errnoNumber(fault.errno ?? FAILURES[fault.failure].errno) : 0,
        fatal: fault.signal !== undefined && isFatalToTasks(fault.signal),
        child: fault.child === undefined ? L.NULL : this.pointerOf(fault.child),
        followers: c.faults.flatMap((other, j) =>
          other.when.kind === 'after' && other.when.fault === fault.name ? [j] : [],
        ),
        any: when.kind === 'any' && fault.call === undefined,
        waits: when.kind !== 'any' && fault.call !== undefined,
      };
    });
    return { faults, triggers, failures };
  }
}

/** What can be made to fail, by its number. */
export const FAILURE_NAMES: readonly Failure[] = ['kmalloc', 'image-read', 'restore', 'freeze'];

const FAILURE_NUMBERS = {
  kmalloc: W.FAIL_KMALLOC,
  'image-read': I.FAIL_READ,
  restore: I.FAIL_RESTORE,
  freeze: W.FAIL_FREEZE,
} as const;

/** The children that `fork` faults may make: absent from the tree until then; they call restart like their parent. */
export function forkedByFaults(c: Case): Task[] {
  return c.faults.filter(isFork).map((fault): Task => {
    const creator = fault.targets[0]!;
    const { session = 0, pgid = 0 } = c.tasks.find((task) => task.pid === creator) ?? {};
    return { ...plainTask(fault.child!, creator, session), pgid, forkedLate: Number.POSITIVE_INFINITY };
  });
}

function isFork(fault: Fault): boolean {
  return fault.verb === 'fork' && fault.child !== undefined;
}
