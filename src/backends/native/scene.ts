/** What all runs of a case have in common, as the agent's text: its actors and the image. */
import { type Case, type ImageDamage, SIZEOF_CKPT_PIDS } from '../../model/case.ts';
import { type Actor, assignActors, type Cast } from './actors.ts';
import { type Lineage, traceLineages } from './lineage.ts';
import type { Placed } from './sweep.ts';
import { type Fields, line } from './text.ts';

const NO_TASK = -1;
const OUTSIDER = -2;
const EINVAL = -22;

export interface Scene {
  readonly cast: Cast;
  /** The plan's first line, as far as all runs have it in common. */
  readonly head: string;
  readonly actors: string;
  readonly image: string;
}

const scenes = new WeakMap<Case, Scene>();

/** The scene of a case. Kept with the case, unless a fault makes somebody fork, whoever is chosen. Throws for a refused case. */
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
      pidsbytes: image.pidsBytes ?? SIZEOF_CKPT_PIDS * image.pids.length,
      twice: Number(new Set(image.pids).size < image.pids.length),
      capable: Number(restart.capable),
      badfd: Number(restart.fd === 'bad'),
      badlog: Number(restart.logfd === 'bad'),
      debug: Number(restart.debug),
      settles: Number(settles(cast, lineages)),
      outsider: cast.outsider,
    }),
    actors: cast.actors.map((actor) => actorLine(c, cast, actor, lineages.get(actor)!, links.get(actor)!)).join('\n'),
    image: [
      ...objects,
      ...image.pids.map((pid) => line('pid', { is: pid })),
      ...image.records.map(({ retval, zombie }) => line('record', { retval, zombie: Number(zombie) })),
    ].join('\n'),
  };
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

/** A number for the agent. */
export function encodeActor(actor: Actor | undefined): number {
  return actor?.number ?? NO_TASK;
}

/** Who comes next in the lists that an actor is in or has. */
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

function actorLine(c: Case, cast: Cast, actor: Actor, lineage: Lineage, links: Links): string {
  const { number, pid, task, parent, creator, leader } = actor;
  const fields: Fields = { pid };
  // What is not said is as for a process alone.
  const say = (key: string, value: number, unsaid: number): void => {
    if (value !== unsaid) fields[key] = value;
  };
  say('parent', encodeActor(parent), NO_TASK);
  say('leader', leader.number, number);
  say('creator', encodeActor(creator), NO_TASK);
  say('thread', links.nextThread.number, number);
  say('makes', encodeActor(links.makes), NO_TASK);
  say('forks', encodeActor(links.forks), NO_TASK);
  say(isLate(actor) ? 'nextfork' : 'next', encodeActor(links.next), NO_TASK);
  say('declared', actor.declared, 0);
  say('exit', task?.exitCode ?? 0, 0);
  say('arg', number === 0 ? c.restart.pid : 0, 0);
  say('flags', number === 0 ? c.restart.flags : (task?.flags ?? 0), 0);
  say('before', Number(lineage.beforeSession), 0);
  say('setsid', Number(lineage.setsSession), 0);
  say('group', lineage.joinsGroup, 0);
  say('tracer', findTracer(cast, actor), NO_TASK);
  return line('actor', fields);
}

function isLate({ task, forkedBy }: Actor): boolean {
  return forkedBy !== undefined || task?.forkedLate !== undefined;
}

/** A task's forks in the order that the scenario gives them; those of faults behind them. */
function byForkNumber(a: Actor, b: Actor): number {
  return (a.task?.forkedLate ?? 1e9) - (b.task?.forkedLate ?? 1e9) || a.number - b.number;
}

function findTracer(cast: Cast, { task }: Actor): number {
  if (task?.tracedBy === undefined) return NO_TASK;
  return task.tracedBy === 'outsider' ? OUTSIDER : encodeActor(cast.of(task.tracedBy));
}

/** The image as the stream that the protocol reads: header, container, tree and its pids, two objects for each record, tail. */
function objectLines(c: Case): string[] {
  const { records, damage } = c.image;
  const stream: Fields[] = [{ kind: 0 }, { kind: 1 }, { kind: 2 }, { kind: 3 }];
  records.forEach((_, record) => {
    stream.push({ kind: 4, record }, { kind: 5, record });
  });
  stream.push({ kind: 6 });
  for (const one of damage) if (one.kind === 'corrupt') stream[locateRecord(one, records.length)]!.error = EINVAL;
  const ends = damage.filter(({ kind }) => kind === 'truncate').map((one) => locateRecord(one, records.length));
  return stream.slice(0, Math.min(stream.length, ...ends)).map((fields) => line('object', fields));
}

function locateRecord({ object, index }: ImageDamage, records: number): number {
  if (object === 'task') return 4 + 2 * index;
  return { header: 0, container: 1, tree: 2, tail: 4 + 2 * records }[object];
}
