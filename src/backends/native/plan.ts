/** A case as the agent's text: lines of a word and key=value pairs (agent/plan.c reads them). */

import { type Case, FAILURES, type FaultVerb, type ImageDamage } from '../../model/case.ts';
import { errnoNumber } from '../../model/errno.ts';
import { COORDINATOR_POINT_NAMES, type Point, TASK_POINT_NAMES } from '../../model/points.ts';
import { signalNumber } from '../../model/signals.ts';
import type { Plan } from '../backend.ts';
import { type Actor, type Cast, castOf } from './actors.ts';
import { type Lineage, lineagesOf } from './lineage.ts';
import { protocolByName } from './protocol.ts';
import { numberOfSeed, type Placed, placeFaults, scheduledFaults } from './sweep.ts';
import { turnsOf } from './turns.ts';

/** In the agent's order (agent/arena.h). */
const VERBS: readonly FaultVerb[] = ['signal', 'kill', 'stop', 'ptrace', 'fork', 'fail', 'wake', 'delay', 'exit'];
const POINTS: readonly Point[] = [...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES];
const FAILURE_NAMES = Object.keys(FAILURES);
const NOBODY = -1;
const OUTSIDER = -2;
const EINVAL = -22;

/** What this machine, and this run, want of a plan. */
export interface Surroundings {
  readonly pidMax: number;
  /** Milliseconds that the case may take. */
  readonly limit: number;
  /** No cgroup can be made: freeze by SIGSTOP. */
  readonly stopInsteadOfFreeze: boolean;
  /** Choose pids by ns_last_pid instead of clone3(). */
  readonly spawnByLastPid: boolean;
}

export interface NativePlan {
  readonly text: string;
  readonly cast: Cast;
  readonly faults: readonly Placed[];
}

type Fields = Record<string, number | string>;

/** The plan of a run. Throws for a case that `refuses` refuses. */
export function nativePlan({ case: c, protocol, seed, maxSteps, schedule }: Plan, around: Surroundings): NativePlan {
  const faults = schedule ? scheduledFaults(c) : placeFaults(c, seed);
  const cast = castOf(c, faults, around.pidMax);
  const lineages = lineagesOf(cast.actors);
  const rules = protocolByName(protocol);
  if (typeof lineages === 'string') throw new Error(lineages);
  if (!rules) throw new Error(`the native engine does not know the protocol ${protocol}`);

  const links = linksOf(cast);
  const actors = cast.actors.map((actor) => actorLine(c, cast, actor, lineages.get(actor)!, links.get(actor)!));
  const objects = objectLines(c);
  const turns = turnsOf(schedule ?? [], cast, faults);
  const head = line('plan', {
    actors: actors.length,
    faults: faults.length,
    objects: objects.length,
    pids: c.image.pids.length,
    records: c.image.records.length,
    turns: turns.length,
    saved: c.image.nrTasks,
    twice: Number(new Set(c.image.pids).size < c.image.pids.length),
    patch: Number(rules.patchOnly),
    capable: Number(c.restart.capable),
    badfd: Number(c.restart.fd === 'bad'),
    badlog: Number(c.restart.logfd === 'bad'),
    debug: Number(c.restart.debug),
    settles: Number(settles(cast, lineages)),
    lastpid: Number(around.spawnByLastPid),
    stop: Number(around.stopInsteadOfFreeze),
    limit: around.limit,
    steps: Math.min(maxSteps, 0x7fffffff),
    seed: numberOfSeed(seed) % 0x7fffffff,
    outsider: cast.outsider,
    repairs: rules.repairs.join(','),
  });
  const text = [
    head,
    ...actors,
    ...faults.map((placed, i) => faultLine(placed, cast, faults, i)),
    ...objects,
    ...c.image.pids.map((pid) => line('pid', { is: pid })),
    ...c.image.records.map(({ retval, zombie }) => line('record', { retval, zombie: Number(zombie) })),
    ...turns.map(({ actor, label, target = NOBODY }) => line('turn', { actor, target, label })),
  ].join('\n');
  return { text: `${text}\n`, cast, faults };
}

function line(word: string, fields: Fields): string {
  return `${word} ${Object.entries(fields)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}`;
}

/** Whether somebody has something to do once the whole tree stands. */
function settles({ actors }: Cast, lineages: ReadonlyMap<Actor, Lineage>): boolean {
  return actors.some((actor) => {
    const joins = lineages.get(actor)!.joinsGroup;
    const { task } = actor;
    if (joins > 0 && joins !== actor.pid) return true;
    return task !== undefined && (task.tracedBy !== undefined || task.owner === 'stranger' || task.state === 'dead');
  });
}

function numberOf(actor: Actor | undefined): number {
  return actor?.number ?? NOBODY;
}

/** Who comes next in the lists that an actor is in or has. */
interface Links {
  makes?: Actor;
  forks?: Actor;
  next?: Actor;
  nextThread: Actor;
}

function linksOf({ actors }: Cast): ReadonlyMap<Actor, Links> {
  const links = new Map<Actor, Links>(actors.map((actor) => [actor, { nextThread: actor }]));
  const last = new Map<string, Actor>();
  for (const actor of [...actors].sort(byForkNumber)) {
    const late = isLate(actor);
    const { creator, leader } = actor;
    if (creator) {
      const list = `${creator.number} ${late}`;
      const before = last.get(list);
      if (before) links.get(before)!.next = actor;
      else links.get(creator)![late ? 'forks' : 'makes'] = actor;
      last.set(list, actor);
    }
    if (leader === actor) continue;
    const group = `group ${leader.number}`;
    links.get(last.get(group) ?? leader)!.nextThread = actor;
    links.get(actor)!.nextThread = leader;
    last.set(group, actor);
  }
  return links;
}

function actorLine(c: Case, cast: Cast, actor: Actor, lineage: Lineage, links: Links): string {
  const { number, pid, task } = actor;
  const isCoordinator = number === 0;
  return line('actor', {
    pid,
    parent: numberOf(actor.parent),
    leader: actor.leader.number,
    creator: numberOf(actor.creator),
    thread: links.nextThread.number,
    makes: numberOf(links.makes),
    forks: numberOf(links.forks),
    [isLate(actor) ? 'nextfork' : 'next']: numberOf(links.next),
    declared: actor.declared,
    exit: task?.exitCode ?? 0,
    arg: isCoordinator ? c.restart.pid : 0,
    flags: isCoordinator ? c.restart.flags : (task?.flags ?? 0),
    before: Number(lineage.beforeSession),
    setsid: Number(lineage.setsSession),
    group: lineage.joinsGroup,
    tracer: tracerOf(cast, actor),
  });
}

function isLate({ task, forkedBy }: Actor): boolean {
  return forkedBy !== undefined || task?.forkedLate !== undefined;
}

/** A task's forks in the order that the scenario gives them; those of faults behind them. */
function byForkNumber(a: Actor, b: Actor): number {
  return (a.task?.forkedLate ?? 1e9) - (b.task?.forkedLate ?? 1e9) || a.number - b.number;
}

function tracerOf(cast: Cast, { task }: Actor): number {
  if (task?.tracedBy === undefined) return NOBODY;
  return task.tracedBy === 'outsider' ? OUTSIDER : numberOf(cast.of(task.tracedBy));
}

function faultLine(placed: Placed, cast: Cast, all: readonly Placed[], self: number): string {
  const { fault, moment, targets } = placed;
  // The Nth call fails by itself: nothing has to come for that.
  const call = moment.kind === 'call' ? moment.call : (fault.call ?? 0);
  const repeats = fault.when.kind === 'any' && moment.kind !== 'scheduled' ? 1 : fault.times;
  const child = cast.actors.find(({ forkedBy }) => forkedBy === placed);
  return line('fault', {
    verb: VERBS.indexOf(fault.verb),
    ...(call > 0 ? {} : placeOf(placed, cast, all, self)),
    targets: targets.map((who) => numberOf(cast.of(who))).join(','),
    signal: fault.signal === undefined ? 0 : signalNumber(fault.signal),
    error: fault.errno === undefined ? 0 : errnoNumber(fault.errno),
    child: numberOf(child),
    call,
    times: call > 0 ? fault.times : repeats,
    failure: fault.failure === undefined ? 0 : FAILURE_NAMES.indexOf(fault.failure),
    any: Number(fault.when.kind === 'any' && call === 0 && moment.kind !== 'scheduled'),
    name: fault.name,
  });
}

function placeOf({ moment }: Placed, cast: Cast, all: readonly Placed[], self: number): Fields {
  switch (moment.kind) {
    case 'start':
      return { who: OUTSIDER };
    case 'at':
      return { who: numberOf(cast.of(moment.who)), at: 1 + POINTS.indexOf(moment.point) };
    case 'after':
      return { after: all.findIndex(({ fault }, i) => i !== self && fault.name === moment.fault) };
    default:
      return {};
  }
}

/** The image as the stream that the protocol reads: header, container, tree and its pids, two objects for each record, tail. */
function objectLines(c: Case): string[] {
  const { records, damage } = c.image;
  const stream: Fields[] = [{ kind: 0 }, { kind: 1 }, { kind: 2 }, { kind: 3 }];
  records.forEach((_, record) => {
    stream.push({ kind: 4, record }, { kind: 5, record });
  });
  stream.push({ kind: 6 });
  for (const one of damage) if (one.kind === 'corrupt') stream[indexOf(one, records.length)]!.error = EINVAL;
  const ends = damage.filter(({ kind }) => kind === 'truncate').map((one) => indexOf(one, records.length));
  return stream.slice(0, Math.min(stream.length, ...ends)).map((fields) => line('object', fields));
}

function indexOf({ object, index }: ImageDamage, records: number): number {
  if (object === 'task') return 4 + 2 * index;
  return { header: 0, container: 1, tree: 2, tail: 4 + 2 * records }[object];
}
