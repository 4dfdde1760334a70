/** The state of every task in /proc, at the end and whenever a fault fired, in the words of the record. */
import type { Finding, Snapshot, TaskCensus } from '../../record/record.ts';
import { itemAt } from '../agent/answer.ts';
import type { Cast } from './actors.ts';
import { isDead } from './final.ts';
import type { NativePlan } from './plan.ts';
import type { ActorReport, RawSnapshot } from './report.ts';

/** What the kernel and the engine say of an actor at one moment. */
type Seen = Pick<
  ActorReport,
  'pid' | 'engine' | 'state' | 'ppid' | 'pgid' | 'sid' | 'threads' | 'tracer' | 'pending' | 'wchan' | 'status'
>;

/** The census of all that were ever there. */
export function takeCensus(actors: readonly Seen[], cast: Cast): TaskCensus[] {
  const all: TaskCensus[] = [];
  for (let i = 0; i < actors.length; i++) {
    const actor = actors[i]!;
    if (actor.state === undefined && actor.status === undefined) continue;
    const { pid, state, pgid, threads, tracer, pending } = actor;
    const task = cast.actors[i]?.id ?? pid;
    if (state === undefined) all.push({ task, pid });
    else {
      const { ppid: parent, sid: session, wchan: waitChannel } = actor as Required<Seen>;
      all.push({ task, pid, state, parent, pgid, session, threads, tracer, pending, waitChannel } as TaskCensus);
    }
  }
  return all;
}

/** The censuses of a run; a finding is added where the kernel and the engine disagree on whether a task is alive. */
export function takeSnapshots(
  raw: readonly RawSnapshot[],
  { cast, faults }: NativePlan,
  findings: Finding[],
): Snapshot[] {
  return raw.map(({ step, fault, actors }) => {
    const { name } = itemAt(faults, fault, 'faults').fault;
    for (const actor of actors) {
      if (actor.engine === 'unborn' || isDead(actor) === (actor.engine === 'dead')) continue;
      const says = actor.engine === 'dead' ? 'should be dead' : 'should be alive';
      const detail = `task ${actor.pid} ${says}, and is ${actor.state ?? 'not there'}`;
      findings.push({ kind: 'disagreement', at: name, detail });
    }
    return { step, fault: name, tasks: takeCensus(actors, cast) };
  });
}
