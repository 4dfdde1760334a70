/**
 * Sessions and process groups: what a task inherits from its maker, and what it has to do to be where the scenario wants
 * it. A session is left by setsid() only, so a child that stays behind in its maker's old one is made before that.
 */
import type { Actor } from './actors.ts';

/** The agent's own session and group, in which the coordinator starts. */
const OUTER = 1;

export interface Lineage {
  /** Is made before its maker leaves the session. */
  readonly beforeSession: boolean;
  readonly setsSession: boolean;
  /** setpgid() to this group, its own pid for a new one; 0: as inherited. */
  readonly joinsGroup: number;
}

interface Place {
  /** Where it is born, and where it ends up. */
  readonly birthSession: number;
  readonly session: number;
  readonly birthGroup: number;
  readonly group: number;
  readonly lineage: Lineage;
}

/** By actor; or why the scenario can't be had on real Linux. */
export function traceLineages(actors: readonly Actor[]): ReadonlyMap<Actor, Lineage> | string {
  const pids = new Set(actors.map(({ pid }) => pid));
  const places = new Map<Actor, Place>();
  for (const actor of actors) {
    const place = locateActor(actor, pids, actor.creator && places.get(actor.creator));
    if (typeof place === 'string') return place;
    places.set(actor, place);
  }
  return new Map([...places].map(([actor, { lineage }]) => [actor, lineage]));
}

function locateActor(actor: Actor, pids: ReadonlySet<number>, maker: Place | undefined): Place | string {
  const { task, pid, leader, creator } = actor;
  const inside = (wanted: number): number => (pids.has(wanted) ? wanted : OUTER);
  const inherited = { session: maker?.session ?? OUTER, group: groupGiven(creator, maker) };
  const process = leader === actor ? task : undefined;
  const session = process ? inside(process.session) : inherited.session;
  const setsSession = session === pid && process !== undefined;
  const beforeSession = !setsSession && maker !== undefined && session !== maker.session;
  if (beforeSession && session !== maker.birthSession) {
    return `task ${pid} cannot be in session ${session}: its maker was never in it`;
  }
  const birthGroup = beforeSession ? maker.birthGroup : inherited.group;
  // A group belongs to one session: a task in the old session cannot be in its maker's new group.
  const leftBehind = beforeSession && task?.pgid === creator?.task?.pgid;
  const group = process && !leftBehind ? inside(process.pgid) : birthGroup;
  const joinsGroup = setsSession || group === birthGroup ? 0 : group;
  const birthSession = beforeSession ? maker.birthSession : inherited.session;
  return { birthSession, session, birthGroup, group, lineage: { beforeSession, setsSession, joinsGroup } };
}

/** What a maker hands on: the group that it leads, else the one that it was born into; it joins others only later. */
function groupGiven(maker: Actor | undefined, place: Place | undefined): number {
  if (!maker || !place) return OUTER;
  return place.group === maker.pid ? maker.pid : place.birthGroup;
}
