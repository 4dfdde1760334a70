/** A case as a scenario file: what a shrunk counterexample becomes. Defaults are left out, so that it is short. */
import { isDeepStrictEqual } from 'node:util';
import { isScalar, visit, Document as YamlDocument } from 'yaml';
import {
  type Case,
  DEFAULT_DEPTH,
  DEFAULT_SCHEDULES,
  type Explore,
  type Fault,
  type Image,
  RESTART_FLAGS,
  type TaskId,
  usualErrno,
} from '../model/case.ts';
import { flagList } from './resolve/flags.ts';
import { DEFAULT_XOR, FIRST_RETVAL, savedPids } from './resolve/image.ts';
import { oneOrAll } from './resolve/lists.ts';
import { DEFAULT_COORDINATOR, DEFAULT_PROTOCOL } from './resolve/restart.ts';
import type { Document } from './schema/document.ts';
import { writeCriu } from './write-criu.ts';
import { writeExpect } from './write-expect.ts';
import { writeRuntime } from './write-runtime.ts';
import { writeSubject } from './write-subject.ts';
import { writeTree } from './write-tree.ts';

/** Lists and mappings that are as short as this stand on one line. */
const FLOW_WIDTH = 90;
const LINE_WIDTH = 120;

/**
 * YAML of one scenario that loads to an equivalent case: the same but for its id, its place, and the matrix, whose
 * values are written out; it is called by the case's title. The case must be one that the format can say: its tree in
 * the order of the walk, written out not deeper than MAX_TREE_DEPTH.
 */
export function writeScenario(c: Case): string {
  const document = new YamlDocument(toDocument(c));
  // Pids are keys that JavaScript makes texts of.
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && /^-?\d+$/.test(String(key.value))) key.value = Number(key.value);
    },
  });
  visit(document, {
    Collection(_, node, path) {
      if (path.length > 1 && JSON.stringify(node).length <= FLOW_WIDTH) node.flow = true;
      // What stands inside of a line is on it.
      return node.flow ? visit.SKIP : undefined;
    },
  });
  return document.toString({ lineWidth: LINE_WIDTH });
}

function toDocument(c: Case): Document {
  const restart = writeRestart(c);
  const image = writeImage(c);
  const expect = writeExpect(c.expect, c.tasks);
  return {
    scenario: c.title,
    ...(c.why === undefined ? {} : { why: c.why }),
    ...(c.tags.length === 0 ? {} : { tags: [...c.tags] }),
    tree: writeTree(c.tasks),
    ...(isEmpty(image) ? {} : { image }),
    ...(isEmpty(restart) ? {} : { restart }),
    ...(c.subject === undefined ? {} : { subject: writeSubject(c.subject) }),
    ...(c.check === undefined ? {} : { check: [...c.check] }),
    ...(c.criu === undefined || ((c.subject ?? c.check) && isEmpty(writeCriu(c.criu)))
      ? {}
      : { criu: writeCriu(c.criu) }),
    ...(c.runtime === undefined ? {} : { runtime: writeRuntime(c.runtime) }),
    ...(c.faults.length === 0 ? {} : { faults: c.faults.map(writeFault) }),
    ...(c.explore === undefined ? {} : { explore: writeExplore(c.explore) }),
    ...(isEmpty(expect) ? {} : { expect }),
  };
}

function isEmpty(mapping: object): boolean {
  return Object.keys(mapping).length === 0;
}

function writeRestart({ restart, tasks, criu, runtime }: Case): NonNullable<Document['restart']> {
  const root = tasks[0]!.pid;
  const usualBackends = criu ? ['criu'] : runtime ? ['oci'] : [];
  const coordinator = restart.flags & RESTART_FLAGS.taskself ? root : DEFAULT_COORDINATOR;
  return {
    ...(restart.pid === root ? {} : { pid: restart.pid }),
    ...(restart.coordinatorPid === coordinator ? {} : { 'coordinator-pid': restart.coordinatorPid }),
    ...(restart.flags === 0 ? {} : { flags: flagList(restart.flags) }),
    ...(restart.capable ? {} : { capable: false }),
    ...(restart.fd === 'good' ? {} : { fd: restart.fd }),
    ...(restart.logfd === 'none' ? {} : { logfd: restart.logfd }),
    ...(restart.debug ? { debug: true } : {}),
    ...(restart.protocol === DEFAULT_PROTOCOL ? {} : { protocol: restart.protocol }),
    ...(isDeepStrictEqual(restart.backends, usualBackends) ? {} : { backends: [...restart.backends] }),
  };
}

function writeImage({ image, tasks }: Case): NonNullable<Document['image']> {
  const states = new Map(tasks.map((task) => [task.pid, task.state]));
  const saved = savedPids({ tasks, root: tasks[0]! });
  const zombies = image.records
    .filter(({ pid, zombie }) => zombie && states.get(pid) !== 'zombie')
    .map(({ pid }) => pid);
  const retvals = image.records.flatMap(({ pid, retval }, i) => (retval === FIRST_RETVAL + i ? [] : [[pid, retval]]));
  return {
    ...(isDeepStrictEqual(image.pids, saved) ? {} : { pids: [...image.pids] }),
    ...(image.nrTasks === image.pids.length ? {} : { 'nr-tasks': image.nrTasks }),
    ...(image.pidsBytes === undefined ? {} : { 'pids-bytes': image.pidsBytes }),
    ...writeDamage(image),
    ...(zombies.length === 0 ? {} : { zombies: [...new Set(zombies)] }),
    ...(retvals.length === 0 ? {} : { retval: Object.fromEntries(retvals) }),
  };
}

function writeDamage({ damage }: Image): Pick<NonNullable<Document['image']>, 'truncate' | 'corrupt'> {
  const which = (index: number) => (index === 0 ? {} : { index });
  const cut = damage.filter(({ kind }) => kind === 'truncate');
  const truncate = cut.map(({ object, index }) => (index === 0 ? object : { object, index }));
  const changed = damage.filter(({ kind }) => kind === 'corrupt');
  const corrupt = changed.map(({ object, index, at, xor }) => ({
    object,
    ...which(index),
    ...(at === 0 ? {} : { at }),
    ...(xor === DEFAULT_XOR ? {} : { xor }),
  }));
  return {
    ...(truncate.length === 0 ? {} : { truncate: oneOrAll(truncate) }),
    ...(corrupt.length === 0 ? {} : { corrupt: oneOrAll(corrupt) }),
  };
}

function writeFault(fault: Fault, i: number): NonNullable<Document['faults']>[number] {
  const { verb, own, name, targets, signal, failure, errno, call, times, child, when, optional } = fault;
  const target = oneOrAll(targets);
  // Said of a call: without both, it is the first; `when: any` alone would be any one of them.
  const isFirst = call === 1 && when.kind === 'any';
  const isAny = when.kind === 'any' && !(failure !== undefined && call === undefined);
  return {
    ...(signal === undefined ? {} : { signal, to: target }),
    ...(failure === undefined ? {} : { fail: failure, ...(targets.length === 0 ? {} : { task: target }) }),
    ...(own === undefined ? {} : writeOwn(own, target)),
    ...(signal === undefined && failure === undefined && own === undefined ? { [verb]: target } : {}),
    ...(failure === undefined || errno === usualErrno(failure) ? {} : { errno }),
    ...(call === undefined || isFirst ? {} : { call }),
    ...(child === undefined ? {} : { child }),
    ...(times === 1 ? {} : { times }),
    ...(name === `${own?.verb ?? verb}-${i + 1}` ? {} : { name }),
    ...(isAny ? {} : { when: writeWhen(when) }),
    ...(optional ? { optional } : {}),
  };
}

function writeOwn({ verb, with: values }: NonNullable<Fault['own']>, target: TaskId | readonly TaskId[]) {
  return {
    own: verb,
    ...(isEmpty(values) ? {} : { with: { ...values } }),
    ...(Array.isArray(target) && target.length === 0 ? {} : { to: target as TaskId }),
  };
}

function writeWhen(when: Fault['when']): NonNullable<NonNullable<Document['faults']>[number]['when']> {
  switch (when.kind) {
    case 'task':
      return { task: when.task, at: when.at };
    case 'coordinator':
      return { coordinator: when.at };
    case 'criu':
      return { criu: when.at };
    case 'after':
      return { after: when.fault };
    case 'moment':
      return { moment: when.at };
    default:
      return when.kind;
  }
}

function writeExplore(explore: Explore): NonNullable<Document['explore']> {
  const { strategy, schedules, seed, depth, schedule, maxStates } = explore;
  if (strategy === 'replay') return { schedule: [...(schedule ?? [])] };
  const more = {
    ...(schedules === DEFAULT_SCHEDULES ? {} : { schedules }),
    ...(seed === undefined ? {} : { seed }),
    ...(maxStates === undefined ? {} : { 'max-states': maxStates }),
    ...(depth === DEFAULT_DEPTH ? {} : { depth }),
  };
  return isEmpty(more) ? strategy : { strategy, ...more };
}
