/** When a fault fires; a moment that is never reached is an error. */
import { RESTART_FLAGS, type RestartCall, type Task, type When } from '../../model/case.ts';
import type { CriuSetup } from '../../model/criu.ts';
import {
  COORDINATOR_POINT_NAMES,
  COORDINATOR_POINTS,
  type CoordinatorPoint,
  TASK_POINT_NAMES,
  type TaskPoint,
} from '../../model/points.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import { checkPoint, type OwnProtocolFacts } from '../own-protocol.ts';
import type { Path } from '../source/raw.ts';
import { endsBeforeFirstPoint } from './restart.ts';
import { neverAtStage } from './stages.ts';
import { pidNames, type Tree } from './tree.ts';

type FaultWords = NonNullable<Checked<'faults'>[number]>;
type WhenWords = NonNullable<FaultWords['when']>;

interface WhenScope {
  readonly restart: RestartCall;
  readonly criu?: CriuSetup | undefined;
  readonly isProgram?: boolean;
  /** What the scenario's own protocol declares. */
  readonly own?: OwnProtocolFacts | undefined;
}

/** The moment; complains about an unknown task. `never` receives the reason why a moment is never reached. */
export function resolveWhen(
  words: WhenWords | undefined,
  path: Path,
  tree: Tree,
  { restart, criu, isProgram, own }: WhenScope,
  complain: Complain,
  never: (path: Path, reason: string) => void,
): When {
  if (words === undefined || typeof words === 'string') return { kind: words ?? 'any' };
  if ('after' in words) return { kind: 'after', fault: words.after };
  if ('moment' in words) return { kind: 'moment', at: words.moment };
  if ('criu' in words) {
    const reason = criu && neverAtStage(words.criu, criu, isProgram);
    if (reason) never([...path, 'criu'], reason);
    return { kind: 'criu', at: words.criu };
  }
  if ('coordinator' in words) {
    // A stage of the scenario's own protocol travels as a point.
    const at = words.coordinator as CoordinatorPoint;
    checkPoint(at, 'point of the coordinator', COORDINATOR_POINT_NAMES, own, [...path, 'coordinator'], complain);
    const reason = own ? undefined : neverAtCoordinator(at, restart);
    if (reason) never([...path, 'coordinator'], reason);
    return { kind: 'coordinator', at };
  }
  const task = tree.task(words.task);
  const at = words.at as TaskPoint;
  checkPoint(at, 'point of a task', TASK_POINT_NAMES, own, [...path, 'at'], complain);
  if (task === undefined) {
    complain(unknown([...path, 'task'], 'task', String(words.task), () => pidNames(tree)));
  } else if (!own) {
    const reason = neverAtTask(task, at, tree, restart);
    if (reason) never([...path, 'at'], reason);
  }
  return { kind: 'task', task: words.task, at };
}

function neverAtCoordinator(at: CoordinatorPoint, restart: RestartCall): string | undefined {
  const early = endsBeforeFirstPoint(restart);
  if (early !== undefined) return early;
  if (at === 'freeze' && !(restart.flags & RESTART_FLAGS.frozen)) return 'without the flag frozen nothing is frozen';
  const isSelf = (restart.flags & RESTART_FLAGS.taskself) !== 0;
  const skipped = ['prepare', 'activate', 'wait'].includes(at);
  return isSelf && skipped ? `with taskself the coordinator never ${COORDINATOR_POINTS[at]}` : undefined;
}

/** Points of a ghost: it waits for its context, then for the others, and exits. */
const GHOST_POINTS: readonly TaskPoint[] = ['sync-1', 'sync-2', 'exit'];

function neverAtTask(task: Task, at: TaskPoint, tree: Tree, restart: RestartCall): string | undefined {
  const { pid } = task;
  if (task.state === 'dead') return `task ${pid} is dead before restart is called`;
  if (restart.flags & RESTART_FLAGS.taskself) {
    if (pid === tree.root.pid) return 'with taskself the root is the coordinator and has only its points';
    if (at !== 'sync-1' && at !== 'exit')
      return `with taskself no coordinator prepares task ${pid}: it stays at sync-1`;
  }
  if (at === 'exit') return undefined;
  if (task.absent) return `task ${pid} is absent: it never calls restart`;
  if (task.exits) return `task ${pid} exits instead of calling restart`;
  if (task.ghost && !GHOST_POINTS.includes(at)) return `task ${pid} is a ghost, and a ghost restores nothing`;
  if (at === 'threads' && !tree.threaded.has(task.leader)) return `task ${pid} has no other threads to wait for`;
  return undefined;
}
