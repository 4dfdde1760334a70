/** The agent's answer as a run record: events in the words of the record, end states from the kernel. */
import type { Finding, RunEvent, RunRecord } from '../../record/record.ts';
import type { Plan } from '../backend.ts';
import { takeCensus, takeSnapshots } from './census.ts';
import { type Kind, readEvents } from './events.ts';
import { buildFinal } from './final.ts';
import type { NativePlan } from './plan.ts';
import type { Report } from './report.ts';
import { formatSchedule } from './schedule.ts';

/** The record of a run of a plan, as it was made for the agent. `kinds`: of the agent. Throws BadAnswer when the report is of another plan. */
export function buildRecord(
  report: Report,
  kinds: readonly Kind[],
  plan: Plan,
  made: NativePlan,
  remarks: readonly string[],
): RunRecord {
  const { case: c, protocol, seed } = plan;
  const { cast, faults } = made;
  const schedule = plan.schedule ?? formatSchedule(report.moves, cast, faults);
  const findings: Finding[] = [];
  const trace = readEvents(report, kinds, made, c.image.nrTasks, findings);
  const missed = report.skipped + made.unknownLines;
  const said = [...remarks.map(remark), ...missedEntries(missed)];
  const final = buildFinal(report, c, cast, trace, findings);
  const snapshots = takeSnapshots(report.snapshots, made, findings);
  return {
    version: 1,
    backend: 'native',
    protocol,
    case: c.id,
    seed,
    ...(schedule.length > 0 && { schedule }),
    ...(missed > 0 && { missed }),
    events: said.length > 0 ? [...said, ...trace] : trace,
    final,
    findings,
    ...(c.faults.length > 0 && { fired: listFired(report, made) }),
    end: report.end === 'over' || report.end === 'crashed' ? report.end : 'cut',
    census: takeCensus(report.actors, cast),
    ...(snapshots.length > 0 && { snapshots }),
  };
}

/** The faults that fired, each once: one that may fire several times is several faults of the plan. */
function listFired({ fired }: Report, { faults }: NativePlan): string[] {
  return [...new Set(faults.filter((_, i) => (fired[i] ?? 0) > 0).map(({ fault }) => fault.name))];
}

function remark(text: string): RunEvent {
  return { step: 0, actor: 'environment', kind: 'log', text };
}

/** A schedule that was not imposed exactly is reported in the log. */
function missedEntries(missed: number): RunEvent[] {
  return missed === 0 ? [] : [remark(`entries of the schedule that no actor took: ${missed}`)];
}
