/** What the agent prints, as a run record: events in the words of the record, end states as the kernel tells them. */
import { signalName } from '../../model/signals.ts';
import type { DebugEntry, DebugState, DebugType, Finding, RunEvent, RunRecord } from '../../record/record.ts';
import type { Plan } from '../backend.ts';
import { censusOf, type RawSnapshot, snapshotsOf } from './census.ts';
import { type ActorReport, finalOf } from './final.ts';
import type { NativePlan } from './plan.ts';
import { type Stretch, wordsOf } from './turns.ts';

/** The agent's answer (agent/init.c, print_record). */
export interface Report {
  readonly end: 'over' | 'crashed' | 'cut' | 'late' | 'not-built';
  readonly error?: number;
  readonly what?: string;
  readonly asker?: number;
  readonly context?: { readonly freed: boolean; readonly references: number };
  /** Turns of the schedule that could not come. */
  readonly skipped: number;
  /** The actor that did the last step. */
  readonly holder: number;
  readonly actors: readonly ActorReport[];
  /** What the census said whenever a fault came. */
  readonly snapshots: readonly RawSnapshot[];
  /** Who did what, in order; empty when it was too long. */
  readonly moves: readonly Stretch[];
  readonly events: readonly RawEvent[];
}

/** An event as the agent prints it: as in a record, but for a few that have numbers where a record has words. */
export type RawEvent = { readonly step: number; readonly actor: RunEvent['actor']; readonly kind: string } & Readonly<
  Record<string, unknown>
>;

const STATUS = { ghost: 2, coordinator: 4, root: 1, waiting: 16, running: 32, failed: 128, success: 256 } as const;

/** The record of a run of a plan, as it was made for the agent. */
export function recordOf(report: Report, plan: Plan, made: NativePlan, remarks: readonly string[]): RunRecord {
  const { case: c, protocol, seed } = plan;
  const { cast, faults } = made;
  const schedule = plan.schedule ?? wordsOf(report.moves, cast, faults);
  const findings: Finding[] = [];
  const events = [...remarks.map(remark), ...missedTurns(report), ...eventsOf(report.events, findings)];
  const final = finalOf(report, c, cast, findings);
  const snapshots = snapshotsOf(report.snapshots, made, findings);
  return {
    version: 1,
    backend: 'native',
    protocol,
    case: c.id,
    seed,
    ...(schedule.length > 0 && { schedule }),
    events,
    final,
    findings,
    end: report.end === 'over' || report.end === 'crashed' ? report.end : 'cut',
    census: censusOf(report.actors, cast),
    ...(snapshots.length > 0 && { snapshots }),
  };
}

function remark(text: string): RunEvent {
  return { step: 0, actor: 'environment', kind: 'log', text };
}

/** A schedule that can't be imposed to the letter is no lie, but has to be told. */
function missedTurns({ skipped }: Report): RunEvent[] {
  return skipped === 0 ? [] : [remark(`turns of the schedule that could not come: ${skipped}`)];
}

function eventsOf(raw: readonly RawEvent[], findings: Finding[]): RunEvent[] {
  const events: RunEvent[] = [];
  let list: DebugEntry[] | undefined;
  for (const event of raw) {
    if (event.kind === 'status-list') {
      // The agent prints the list's head, and each entry as an event of the task whose it is.
      if (event['entry'] === 0) {
        list = [];
        events.push({ step: event.step, actor: event.actor, kind: 'status-list', entries: list });
      } else list?.push(entryOf(event));
      continue;
    }
    const effect = effectOf(event);
    // What is read past pids_arr is read more than once: one finding.
    if (
      effect.kind === 'finding' &&
      !findings.some(({ kind, at }) => kind === effect.finding.kind && at === effect.finding.at)
    ) {
      findings.push(effect.finding);
    }
    events.push(effect);
  }
  return events;
}

function effectOf(event: RawEvent): RunEvent {
  const { step, actor } = event;
  switch (event.kind) {
    case 'signal':
      return { ...event, signal: signalName(Number(event['signal'])) } as unknown as RunEvent;
    case 'status':
      return { step, actor, kind: 'status', status: stateOf(Number(event['status'])) };
    case 'log':
      return { step, actor, kind: 'log', text: `[err ${event['error']}]` };
    case 'finding': {
      const finding = event['finding'] as Finding;
      return { step, actor, kind: 'finding', finding: { ...finding, at: camel(finding.at) } };
    }
    default:
      return event as unknown as RunEvent;
  }
}

/** The agent's functions are C, the record's places are named as the simulated backend does. */
function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function entryOf(event: RawEvent): DebugEntry {
  const status = Number(event['status']);
  return { task: event.actor as DebugEntry['task'], type: typeOf(status), state: stateOf(status) };
}

function typeOf(status: number): DebugType {
  if (status & STATUS.coordinator) return 'Coord';
  if (status & STATUS.root) return 'Root';
  return status & STATUS.ghost ? 'Ghost' : 'Task';
}

/** The state as the debug build prints it: the first that fits, in its order. */
function stateOf(status: number): DebugState {
  if (status & STATUS.waiting) return 'Waiting';
  if (status & STATUS.running) return 'Running';
  if (status & STATUS.failed) return 'Failed';
  return status & STATUS.success ? 'Success' : 'Exited';
}
