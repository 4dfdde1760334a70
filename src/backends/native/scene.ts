/** What all runs of a case have in common, as the agent's text: its actors and the image. */
import { type Case, type ImageDamage, SIZEOF_CKPT_PIDS } from '../../model/case.ts';
import { line } from '../agent/request.ts';
import { type Actor, assignActors, type Cast } from './actors.ts';
import { type Lineage, traceLineages } from './lineage.ts';
import type { Placed } from './sweep.ts';

const EINVAL = -22;

export interface Scene {
  readonly cast: Cast;
  /** The plan's first line, as far as all runs have it in common. */
  readonly head: string;
  readonly actors: string;
  readonly image: string;
}

const scenes = new WeakMap<Case, Scene>();

/** The scene of a case. Kept with the case, unless a fault makes a chosen task fork. Throws for a refused case. */
export function buildScene(c: Case, faults: readonly Placed[], pidMax: number): Scene {
  if (c.faults.some(({ verb }) => verb === 'fork')) return makeScene(c, faults, pidMax);
  let scene = scenes.get(c);
  if (!scene) {
    scene = makeScene(c, faults, pidMax);
    scenes.set(c, scene);
  }
  return scene;
}

function makeScene(c: Case, faults: readonly Placed[], pidMax: number): Scene {
  const cast = assignActors(c, faults, pidMax);
  const lineages = traceLineages(cast.actors);
  if (typeof lineages === 'string') throw new Error(lineages);
  const links = linkActors(cast);
  const objects = objectLines(c);
  const { image, restart } = c;
  return {
    cast,
    head: line('plan', {
      actors: cast.actors.length,
      objects: objects.length,
      pids: image.pids.length,
      records: image.records.length,
      saved: image.nrTasks,
      'pids-bytes': image.pidsBytes ?? SIZEOF_CKPT_PIDS * image.pids.length,
      'names-twice': new Set(image.pids).size < image.pids.length,
      capable: restart.capable,
      'bad-fd': restart.fd === 'bad',
      'bad-logfd': restart.logfd === 'bad',
      debug: restart.debug,
      settles: settles(cast, lineages),
      outsider: cast.outsider,
    }),
    actors: cast.actors.map((actor) => actorLine(c, cast, actor, lineages.get(actor)!, links.get(actor)!)).join('\n'),
    image: [
      ...objects,
      ...image.pids.map((pid) => line('pid', { pid })),
      ...image.records.map(({ retval, zombie }) => line('record', { retval, zombie })),
    ].join('\n'),
  };
}

/** Whether init has work to do once the whole tree exists. */
function settles({ actors }: Cast, lineages: ReadonlyMap<Actor, Lineage>): boolean {
  return actors.some((actor) => {
    const joins = lineages.get(actor)!.joinsGroup;
    const { task } = actor;
    if (joins > 0 && joins !== actor.pid) return true;
    return task !== undefined && (task.tracedBy !== undefined || task.owner === 'stranger' || task.state === 'dead');
  });
}

/** The next actor in each list that an actor is in or has. */
interface Links {
  makes?: Actor;
  forks?: Actor;
  next?: Actor;
  nextThread: Actor;
}

function linkActors({ actors }: Cast): ReadonlyMap<Actor, Links> {
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

/** What the agent takes for granted is left out: a process alone. */
function actorLine(c: Case, cast: Cast, actor: Actor, lineage: Lineage, links: Links): string {
  const { number, pid, task, parent, creator, leader, declared } = actor;
  const { tracedBy } = task ?? {};
  return line('actor', {
    pid,
    parent: parent?.number,
    leader: leader === actor ? undefined : leader.number,
    creator: creator?.number,
    'next-thread': links.nextThread === actor ? undefined : links.nextThread.number,
    'first-made': links.makes?.number,
    'first-fork': links.forks?.number,
    [isLate(actor) ? 'next-fork' : 'next-made']: links.next?.number,
    declared: declared.length > 0 && declared.join(','),
    'exit-code': task?.exitCode || undefined,
    'arg-pid': number === 0 ? c.restart.pid : undefined,
    'arg-flags': (number === 0 ? c.restart.flags : task?.flags) || undefined,
    'born-before-session': lineage.beforeSession,
    'sets-session': lineage.setsSession,
    'joins-group': lineage.joinsGroup || undefined,
    'traced-by-outsider': tracedBy === 'outsider',
    tracer: tracedBy === undefined || tracedBy === 'outsider' ? undefined : cast.of(tracedBy)?.number,
  });
}

function isLate({ task, forkedBy }: Actor): boolean {
  return forkedBy !== undefined || task?.forkedLate !== undefined;
}

/** A task's forks in the order that the scenario gives them; those of faults behind them. */
function byForkNumber(a: Actor, b: Actor): number {
  return (a.task?.forkedLate ?? 1e9) - (b.task?.forkedLate ?? 1e9) || a.number - b.number;
}

/** The image as the stream that the protocol reads: header, container, tree and its pids, two objects for each record, tail. */
function objectLines(c: Case): string[] {
  const { records, damage } = c.image;
  const stream: { kind: string; record?: number; error?: number }[] = [
    { kind: 'header' },
    { kind: 'container' },
    { kind: 'tree' },
    { kind: 'pids' },
  ];
  records.forEach((_, record) => {
    stream.push({ kind: 'task', record }, { kind: 'thread', record });
  });
  stream.push({ kind: 'tail' });
  for (const one of damage) if (one.kind === 'corrupt') stream[locateRecord(one, records.length)]!.error = EINVAL;
  const ends = damage.filter(({ kind }) => kind === 'truncate').map((one) => locateRecord(one, records.length));
  return stream.slice(0, Math.min(stream.length, ...ends)).map((fields) => line('object', fields));
}

function locateRecord({ object, index }: ImageDamage, records: number): number {
  if (object === 'task') return 4 + 2 * index;
  return { header: 0, container: 1, tree: 2, tail: 4 + 2 * records }[object];
}
