/** What the agent prints, as a run record: events in the words of the record, end states as the kernel tells them. */
import type { Finding, RunEvent, RunRecord } from '../../record/record.ts';
import type { Plan } from '../backend.ts';
import { censusOf, type RawSnapshot, snapshotsOf } from './census.ts';
import { eventsOf, type RawTrace } from './events.ts';
import { type ActorReport, finalOf } from './final.ts';
import type { NativePlan } from './plan.ts';
import { type Stretch, wordsOf } from './turns.ts';

/** The agent's answer (agent/init.c, print_record). */
export interface Report extends RawTrace {
  readonly end: 'over' | 'crashed' | 'cut' | 'late' | 'not-built';
  readonly error?: number;
  readonly what?: string;
  readonly asker?: number;
  readonly context?: { readonly freed: boolean; readonly references: number };
  /** Turns of the schedule that could not come. */
  readonly skipped: number;
  /** How often each fault of the plan fired. */
  readonly fired: readonly number[];
  /** The actor that did the last step. */
  readonly holder: number;
  readonly actors: readonly ActorReport[];
  /** What the census said whenever a fault came. */
  readonly snapshots: readonly RawSnapshot[];
  /** Who did what, in order; empty when it was too long. */
  readonly moves: readonly Stretch[];
}

/** The record of a run of a plan, as it was made for the agent. */
export function recordOf(report: Report, plan: Plan, made: NativePlan, remarks: readonly string[]): RunRecord {
  const { case: c, protocol, seed } = plan;
  const { cast, faults } = made;
  const schedule = plan.schedule ?? wordsOf(report.moves, cast, faults);
  const findings: Finding[] = [];
  const trace = eventsOf(report, made, c.image.nrTasks, findings);
  const said = [...remarks.map(remark), ...missedTurns(report)];
  const final = finalOf(report, c, cast, trace, findings);
  const snapshots = snapshotsOf(report.snapshots, made, findings);
  return {
    version: 1,
    backend: 'native',
    protocol,
    case: c.id,
    seed,
    ...(schedule.length > 0 && { schedule }),
    events: said.length > 0 ? [...said, ...trace] : trace,
    final,
    findings,
    ...(c.faults.length > 0 && { fired: firedOf(report, made) }),
    end: report.end === 'over' || report.end === 'crashed' ? report.end : 'cut',
    census: censusOf(report.actors, cast),
    ...(snapshots.length > 0 && { snapshots }),
  };
}

/** The faults that fired, each once: one that may fire several times is several faults of the plan. */
function firedOf({ fired }: Report, { faults }: NativePlan): string[] {
  return [...new Set(faults.filter((_, i) => (fired[i] ?? 0) > 0).map(({ fault }) => fault.name))];
}

function remark(text: string): RunEvent {
  return { step: 0, actor: 'environment', kind: 'log', text };
}

/** A schedule that can't be imposed to the letter is no lie, but has to be told. */
function missedTurns({ skipped }: Report): RunEvent[] {
  return skipped === 0 ? [] : [remark(`turns of the schedule that could not come: ${skipped}`)];
}
