/** What /proc said of everybody, at the end and whenever a fault came, in the words of the record. */
import type { Finding, Snapshot, TaskCensus } from '../../record/record.ts';
import type { Cast } from './actors.ts';
import { type ActorReport, isDead, STATE } from './final.ts';
import type { NativePlan } from './plan.ts';

/** What the kernel and the engine say of an actor at one moment. */
type Seen = Pick<
  ActorReport,
  'pid' | 'engine' | 'state' | 'ppid' | 'pgid' | 'sid' | 'threads' | 'tracer' | 'pending' | 'wchan' | 'status'
>;

/** A census in the middle of a run, as the agent prints it (agent/snapshot.c). */
export interface RawSnapshot {
  readonly step: number;
  /** Number of the fault. */
  readonly fault: number;
  readonly actors: readonly Seen[];
}

/** The census of all that were ever there. */
export function censusOf(actors: readonly Seen[], cast: Cast): TaskCensus[] {
  return actors.flatMap((actor, i): TaskCensus[] => {
    if (actor.state === undefined && actor.status === undefined) return [];
    const { pid, state, ppid, pgid, sid, threads, tracer, pending, wchan } = actor;
    const who = { task: cast.actors[i]?.who ?? pid, pid };
    if (state === undefined) return [who];
    return [
      {
        ...who,
        state,
        parent: ppid!,
        pgid: pgid!,
        session: sid!,
        threads: threads!,
        tracer: tracer!,
        pending: pending!,
        waitChannel: wchan!,
      },
    ];
  });
}

/** The censuses of a run; a finding is added where the kernel and the engine do not agree who is alive. */
export function snapshotsOf(
  raw: readonly RawSnapshot[],
  { cast, faults }: NativePlan,
  findings: Finding[],
): Snapshot[] {
  return raw.map(({ step, fault, actors }) => {
    const name = faults[fault]!.fault.name;
    for (const actor of actors) {
      if (actor.engine === STATE.unborn || isDead(actor) === (actor.engine === STATE.dead)) continue;
      const says = actor.engine === STATE.dead ? 'should be dead' : 'should be alive';
      const detail = `task ${actor.pid} ${says}, and is ${actor.state ?? 'not there'}`;
      findings.push({ kind: 'disagreement', at: name, detail });
    }
    return { step, fault: name, tasks: censusOf(actors, cast) };
  });
}
