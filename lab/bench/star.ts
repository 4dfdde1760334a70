/**
 * A healthy star of any size: what `setUp` makes of such a case, without an object for each of its tasks. A million of them
 * are a few arrays; what none of them has (threads of its own, forks, flags) is one array of zeros.
 */

import * as L from '../../src/backends/simulated/kernel/layout.ts';
import type * as W from '../../src/backends/simulated/kernel/world.ts';
import { POINT_NAMES, recordOf, type Setup } from '../../src/backends/simulated/world.ts';
import { SIZEOF_CKPT_PIDS } from '../../src/model/case.ts';
import * as P from '../../src/protocol/checkpoint_types.ts';
import * as I from '../../src/protocol/world.ts';

const COORDINATOR_PID = 1;
const ROOT_PID = 100;
/** Objects of the image before the first record. */
const PREAMBLE = [I.CKPT_HDR_HEADER, I.CKPT_HDR_CONTAINER, I.CKPT_HDR_TREE, I.CKPT_HDR_BUFFER];
/** What the task that reads the first record returns. */
const FIRST_RETVAL = 1000;

/**
 * A coordinator, a root with pid 100, and its children, with pids from 101 on. `tasks`: from 1, without the coordinator;
 * `taskWords`: how long the compiled model's task is.
 */
export function buildStar(tasks: number, taskWords: number): Setup {
  const firstTask = P.HEADER_WORDS + P.CTX_WORDS;
  const nrTasks = tasks + 1;
  const words = firstTask + nrTasks * taskWords;
  const pointer = (number: number): number => firstTask + number * taskWords;
  const memory = new Int32Array(words);
  const pid = new Int32Array(nrTasks);
  const self = new Int32Array(nrTasks);
  const retval = new Int32Array(tasks);
  for (let i = 0; i < nrTasks; i++) {
    const task = pointer(i);
    pid[i] = i === 0 ? COORDINATOR_PID : ROOT_PID + i - 1;
    self[i] = task;
    if (i > 0) retval[i - 1] = FIRST_RETVAL + i - 1;
    memory[task + L.RESULT] = L.NO_RESULT;
    memory[task + L.FLAGS] = L.IN_USER;
    if (i > 0) memory[task + L.PARENT] = pointer(i === 1 ? 0 : 1);
    if (i > 1 && i < tasks) memory[task + L.SIBLING] = pointer(i + 1);
  }
  memory[pointer(0) + L.CHILDREN] = pointer(1);
  if (tasks > 1) memory[pointer(1) + L.CHILDREN] = pointer(2);
  const none = new Int32Array(nrTasks);
  const no = new Uint8Array(nrTasks);
  const argPid = new Int32Array(nrTasks);
  argPid[0] = ROOT_PID;
  const byPid = (wanted: number): number => {
    if (wanted === COORDINATOR_PID) return pointer(0);
    return wanted >= ROOT_PID && wanted < ROOT_PID + tasks ? pointer(wanted - ROOT_PID + 1) : L.NULL;
  };
  return {
    memory,
    world: {
      nrTasks,
      firstTask,
      taskWords,
      words,
      pid,
      leader: self,
      nextThread: self,
      argPid,
      argFlags: none,
      exitCode: no,
      firstFork: none,
      nextFork: none,
      forkedByFault: no,
      forkParent: none,
      tracer: none,
      traced: new Int32Array(),
      absent: no,
      byPid,
      ctx: P.HEADER_WORDS,
      root: pointer(1),
      capable: true,
      badFd: false,
      badLogfd: false,
      debug: false,
      taskself: false,
      ...buildImage(tasks),
      pids: pid.subarray(1),
      isNamed: (wanted) => wanted >= ROOT_PID && wanted < ROOT_PID + tasks,
      nrSaved: tasks,
      pidsBytes: SIZEOF_CKPT_PIDS * tasks,
      retval,
      zombie: no.subarray(1),
      firstFault: words,
      faults: [],
      triggers: POINT_NAMES.map(() => []),
      failures: [[], [], [], []],
    },
  };
}

/** Header, container, tree, pids; two objects for each task; tail. */
function buildImage(tasks: number): Pick<W.World, 'objects' | 'objectError' | 'recordOf'> {
  const length = I.FIRST_RECORD + 2 * tasks + 1;
  const objects = new Uint8Array(length);
  objects.set(PREAMBLE);
  for (let i = 0, at = I.FIRST_RECORD; i < tasks; i++) {
    objects[at++] = I.CKPT_HDR_TASK;
    objects[at++] = I.CKPT_HDR_THREAD;
  }
  objects[length - 1] = I.CKPT_HDR_TAIL;
  return { objects, objectError: new Int16Array(length), recordOf };
}
