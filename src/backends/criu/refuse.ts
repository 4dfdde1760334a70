/** What this backend can't do of a case, and why. */
import { type Case, RESTART_FLAGS, type Task } from '../../model/case.ts';
import { CRIU_VERBS, type CriuSetup } from '../../model/criu.ts';
import { type Controller, neededHierarchies } from '../../model/criu-cgroups.ts';
import { hasConnection } from '../../model/criu-peer.ts';
import { whyNoMoment } from '../../model/own-moments.ts';

/** What of this machine matters for what can be done. */
export interface Abilities {
  readonly pidMax: number;
  readonly canLimitPids: boolean;
  /** Whether system calls of CRIU can be made to fail. */
  readonly canInject: boolean;
  /** Whether a user namespace can have ids of several users. */
  readonly isRoot?: boolean;
  /** Whether hardware breakpoints stop a task, once that was tried. */
  readonly breakpointsFire?: boolean;
  /** Whether a process can answer the page faults of others (userfaultfd), once that was tried. */
  readonly hasUserfaults?: boolean;
  /** The controllers that a case needs and no cgroup made by us can have. */
  readonly lackingControllers?: (setup: CriuSetup) => readonly Controller[];
  /** How many huge pages the machine has free now. */
  readonly freeHugePages?: () => number;
  /** The options that this version of CRIU has, once it was asked. */
  readonly options?: ReadonlySet<string>;
}

/** Pids below are init's, and CRIU's. */
const LEAST_PID = 10;
/** Room above the tree for bystanders and CRIU. */
const ROOM = 2000;
/** Tasks, threads included: MAX_TASKS of agent/agent.h. */
const MOST_TASKS = 20_000;

/** The reason why a case can't be played; undefined when it can. */
export function refusal(
  c: Case,
  {
    pidMax,
    canLimitPids,
    canInject,
    isRoot,
    breakpointsFire,
    hasUserfaults,
    freeHugePages,
    lackingControllers,
    options,
  }: Abilities,
): string | undefined {
  if (!c.criu && !c.restart.backends.includes('criu')) return 'it is about restart(2), and has no criu section';
  const { restart, image, criu } = c;
  const pids = c.tasks.map(({ pid }) => pid);
  if (pids.length > MOST_TASKS)
    return `${pids.length.toLocaleString('en')} tasks are more than the ${MOST_TASKS.toLocaleString('en')} that are built here: give the case a smaller tree`;
  if (Math.min(...pids) < LEAST_PID) return `pids below ${LEAST_PID} are taken`;
  if (Math.max(...pids) + ROOM > pidMax) return `pids above ${pidMax - ROOM} leave no room for CRIU`;
  if (restart.flags !== 0 || restart.fd === 'bad' || restart.logfd === 'bad' || !restart.capable || restart.debug) {
    return 'CRIU knows nothing of the arguments of restart(2)';
  }
  if (image.damage.length > 0) return 'the images of CRIU are changed by criu: { images: … }';
  for (const task of c.tasks) {
    const reason = ofTask(task, c);
    if (reason !== undefined) return `task ${task.pid}: ${reason}`;
  }
  for (const { verb, own, when, targets } of c.faults) {
    if (own) {
      const reason = whyNoMoment('criu', when, c);
      if (reason !== undefined) return reason;
      continue;
    }
    if (!CRIU_VERBS.has(verb)) return `CRIU has no fault ${verb}`;
    if (when.kind !== 'criu') return 'with CRIU a fault comes at one of its stages: when: { criu: … }';
    if (verb === 'ptrace' && targets.includes('coordinator')) return 'CRIU itself is not traced';
  }
  if ((criu?.parallel !== undefined || criu?.rival) && c.subject)
    return 'calls for a program at one time are not compared here: give the case a declared tree';
  if (criu?.peer && !c.tasks.some(hasConnection))
    return 'no task has a connection to a peer: resources: [tcp-connection]';
  if (criu?.namespaces?.includes('user') && isRoot === false)
    return 'the ids of several users can be mapped into a user namespace by root only';
  const limitsPids = criu?.limits.dump?.pids !== undefined || criu?.limits.restore?.pids !== undefined;
  if (limitsPids && !canLimitPids) return 'there is no cgroup here that limits the number of processes';
  if (criu && criu.syscalls.length > 0 && !canInject)
    return 'system calls of CRIU are made to fail on x86-64 and arm64 only';
  if (criu?.faultPoint && breakpointsFire === false)
    return 'hardware breakpoints never fire on this machine: CRIU needs its one fault point (CRIU_FAULT=130) to work without them';
  if (criu?.servers?.restore && hasUserfaults === false)
    return 'this kernel lets no lazy-pages daemon of this user answer page faults (userfaultfd(2), UFFD_FEATURE_EVENT_FORK and others)';
  const lacking = criu && lackingControllers?.(criu);
  if (lacking && lacking.length > 0)
    return `no cgroup${criu?.cgroup?.version ? ` of version ${criu.cgroup.version}` : ''} with ${lacking.join(', ')} can be made here: it needs root, and that controller in a hierarchy of version 1, or in cgroup.subtree_control`;
  if (c.subject && criu && neededHierarchies(criu).length > 0)
    return 'a program of your own enters its cgroup itself: give the case a declared tree';
  const hugePages = c.tasks.filter((task) => task.criu?.resources?.includes('huge-memory')).length;
  const free = hugePages > 0 ? freeHugePages?.() : undefined;
  if (free !== undefined && free < hugePages)
    return `of ${hugePages} huge pages of 2 MiB this machine has ${free} free: see /proc/sys/vm/nr_hugepages`;
  const unknown = Object.values(criu?.options ?? {})
    .flatMap((words) => Object.keys(words))
    .find((name) => options && !options.has(name));
  return unknown === undefined ? undefined : `this version of CRIU has no option --${unknown}`;
}

function ofTask(task: Task, { tasks, criu, subject }: Case): string | undefined {
  const isThread = task.leader !== task.pid;
  const parent = tasks.find(({ pid }) => pid === task.parent);
  if (
    task.ghost ||
    task.sibling ||
    task.absent ||
    task.exits ||
    task.restartingItself ||
    task.forkedLate !== undefined
  ) {
    return 'how it calls restart(2) means nothing to CRIU';
  }
  if ((task.flags & ~RESTART_FLAGS.ghost) !== 0 || task.owner === 'stranger')
    return 'CRIU has no word for its flags or owner';
  if (task.state === 'dead') return 'a task that died before the dump is invisible to CRIU';
  if (typeof task.tracedBy === 'number') return 'only an outsider can trace it here';
  if (parent && parent.leader !== parent.pid) return 'the CRIU backend cannot build children of threads';
  if (parent?.state === 'zombie') return 'a zombie has no children';
  if (task.state === 'zombie' && (parent === undefined || isThread))
    return 'only a process below the root can be a zombie';
  if (task.criu?.entered && criu?.namespace !== 'own')
    return 'only a pid namespace of its own can be entered: criu: { namespace: own }';
  if (criu?.namespaces?.includes('net') && hasConnection(task))
    return 'the other end of its connection is in the network namespace around the tree';
  if (subject && criu?.namespaces) return 'a program of your own makes its namespaces itself: unshare(1)';
  if (task.criu?.resources?.includes('controlling-terminal') && task.session !== task.pid)
    return 'only the leader of a session can have a controlling terminal: session: its own pid';
  if (subject && tasks.length > 1) return 'of a program of your own only the root is declared';
  return criu?.namespace === 'own' && task.tracedBy !== undefined
    ? 'a tracer outside of its namespace is not built here'
    : undefined;
}
