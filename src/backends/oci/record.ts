/** What was seen of a runtime, as a run record. */
import { type Plan, RESTORING_CALLS, type RunRecord, type RuntimeRun, SAVING_CALLS, type TaskFinal } from '../index.ts';
import type { Played } from './play.ts';

export function buildRecord({ case: c, protocol, seed }: Plan, { runtime, fired, own }: Played): RunRecord {
  const { runs } = runtime;
  const last = runs.findLast(({ call }) => SAVING_CALLS.has(call) || RESTORING_CALLS.has(call)) ?? runs.at(-1)!;
  const decisive = findFailure(runs) ?? last;
  const isRestored = runs.some(({ call, exit }) => RESTORING_CALLS.has(call) && exit === 0);
  return {
    version: 1,
    backend: 'oci',
    protocol,
    case: c.id,
    seed,
    events: [],
    final: {
      coordinator: toCoordinator(decisive),
      tasks: Object.fromEntries(c.tasks.map(({ pid }) => [pid, toTask(pid, runs.at(-1)!, isRestored)])),
      restores: [],
    },
    findings: [],
    fired: [...own, ...fired.map((index) => `runtime.faults.${index}`)],
    end: 'over',
    runtime,
  };
}

/** The first call that failed of itself: before anything was hit. */
function findFailure(runs: readonly RuntimeRun[]): RuntimeRun | undefined {
  const hit = runs.findIndex(({ hits }) => hits.length > 0);
  return (hit === -1 ? runs : runs.slice(0, hit)).find(({ exit }) => exit !== 0);
}

function toCoordinator({ exit, signal }: RuntimeRun): RunRecord['final']['coordinator'] {
  if (exit === 0) return { end: 'returned', result: 0 };
  if (exit !== undefined) return { end: 'returned', failed: true };
  return signal === undefined ? { end: 'waiting' } : { end: 'killed' };
}

function toTask(pid: number, { after }: RuntimeRun, isRestored: boolean): TaskFinal {
  const end = !after.isThere
    ? 'killed'
    : after.isFrozen
      ? 'frozen'
      : after.answers[pid] === undefined
        ? 'waiting'
        : isRestored
          ? 'returned'
          : 'untouched';
  return { end, marked: false };
}
