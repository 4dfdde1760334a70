/** A case as a request to the agent (agent/plan.c reads it). */

import { errnoNumber } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import { type Fields, line } from '../agent/request.ts';
import type { Plan } from '../backend.ts';
import type { Cast } from './actors.ts';
import { buildScene } from './scene.ts';
import { parseSchedule } from './schedule.ts';
import { hashText, type Placed, placeFaults, scheduledFaults } from './sweep.ts';

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
  /** Lines of the schedule that name no actor and no fault of this run. */
  readonly unknownLines: number;
}

/**
 * Where actors let others in: not at all with seed 0, or the first of several (`0/0`); otherwise at one preemption point of
 * 2 to 32, as the actor's own choice from this seed has it.
 */
function parsePreemptions(seed: string): { readonly seed: number; readonly seldom: number } {
  if (/^0(\/0)?$/.test(seed)) return { seed: 0, seldom: 0 };
  const number = hashText(seed);
  return { seed: number % 0x7fffffff, seldom: 2 + (number % 31) };
}

/** The plan of a run. Throws for a case that `refuses` refuses. */
export function nativePlan({ case: c, seed, maxSteps, schedule }: Plan, around: Surroundings): NativePlan {
  const faults = schedule ? scheduledFaults(c) : placeFaults(c, seed);
  const { cast, head, actors, image } = buildScene(c, faults, around.pidMax);
  const { entries, unknown } = parseSchedule(schedule ?? [], cast, faults, maxSteps);
  const rest = line('', {
    faults: faults.length,
    entries: entries.length,
    'spawn-by-last-pid': around.spawnByLastPid,
    'stop-instead-of-freeze': around.stopInsteadOfFreeze,
    limit: around.limit,
    'max-steps': Math.min(maxSteps, 0x7fffffff),
    ...parsePreemptions(seed),
  });
  const parts = [
    head + rest,
    actors,
    ...faults.map((placed, i) => faultLine(placed, cast, faults, i)),
    image,
    ...entries.map((entry) => line('entry', { ...entry })),
  ].filter((part) => part !== '');
  return { text: parts.join('\n'), cast, faults, unknownLines: unknown };
}

function faultLine(placed: Placed, cast: Cast, all: readonly Placed[], self: number): string {
  const { fault, moment, targets } = placed;
  // The Nth call fails by itself: nothing has to come for that.
  const call = moment.kind === 'call' ? moment.call : (fault.call ?? 0);
  const repeats = fault.when.kind === 'any' && moment.kind !== 'scheduled' ? 1 : fault.times;
  const child = cast.actors.find(({ forkedBy }) => forkedBy === placed);
  return line('fault', {
    name: fault.name,
    verb: fault.verb,
    ...(call > 0 ? {} : describeMoment(placed, cast, all, self)),
    targets: targets.flatMap((target) => cast.of(target)?.number ?? []).join(','),
    signal: fault.signal && signalNumber(fault.signal),
    error: fault.errno && errnoNumber(fault.errno),
    child: child?.number,
    call,
    times: call > 0 ? fault.times : repeats,
    failure: fault.failure,
    any: fault.when.kind === 'any' && call === 0 && moment.kind !== 'scheduled',
  });
}

function describeMoment({ moment }: Placed, cast: Cast, all: readonly Placed[], self: number): Fields {
  switch (moment.kind) {
    case 'start':
      return { 'at-start': true };
    case 'at':
      return { actor: cast.of(moment.actor)?.number, at: moment.point };
    case 'after': {
      const first = all.findIndex(({ fault }, i) => i !== self && fault.name === moment.fault);
      return first < 0 ? {} : { after: first };
    }
    default:
      return {};
  }
}
