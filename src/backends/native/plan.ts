/** A case as the agent's text: lines of a word and key=value pairs (agent/plan.c reads them). */

import { FAILURES, type FaultVerb } from '../../model/case.ts';
import { errnoNumber } from '../../model/errno.ts';
import { COORDINATOR_POINT_NAMES, type Point, TASK_POINT_NAMES } from '../../model/points.ts';
import { signalNumber } from '../../model/signals.ts';
import type { Plan } from '../backend.ts';
import type { Cast } from './actors.ts';
import { protocolByName } from './protocol.ts';
import { buildScene, encodeActor } from './scene.ts';
import { hashText, type Placed, placeFaults, scheduledFaults } from './sweep.ts';
import { type Fields, line } from './text.ts';
import { parseTurns } from './turns.ts';

/** In the agent's order (agent/arena.h). */
const VERBS: readonly FaultVerb[] = ['signal', 'kill', 'stop', 'ptrace', 'fork', 'fail', 'wake', 'delay', 'exit'];
const POINTS: readonly Point[] = [...COORDINATOR_POINT_NAMES, ...TASK_POINT_NAMES];
const FAILURE_NAMES = Object.keys(FAILURES);
const NO_TASK = -1;
const OUTSIDER = -2;

/** What this machine, and this run, want of a plan. */
export interface Surroundings {
  readonly pidMax: number;
  /** Milliseconds that the case may take. */
  readonly limit: number;
  /** No cgroup can be made: freeze by SIGSTOP. */
  readonly stopInsteadOfFreeze: boolean;
  /** The protocol is a plug-in's own, whatever the case names. */
  readonly hasPlugin?: boolean;
  /** Choose pids by ns_last_pid instead of clone3(). */
  readonly spawnByLastPid: boolean;
}

export interface NativePlan {
  readonly text: string;
  readonly cast: Cast;
  readonly faults: readonly Placed[];
  /** Entries of the schedule that name no actor and no fault of this run. */
  readonly unknownTurns: number;
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
export function nativePlan({ case: c, protocol, seed, maxSteps, schedule }: Plan, around: Surroundings): NativePlan {
  const rules = protocolByName(around.hasPlugin ? 'hardened' : protocol);
  if (!rules) throw new Error(`the native engine does not know the protocol ${protocol}`);
  const faults = schedule ? scheduledFaults(c) : placeFaults(c, seed);
  const { cast, head, actors, image } = buildScene(c, faults, around.pidMax);
  const turns = parseTurns(schedule ?? [], cast, faults);
  const rest = line('', {
    faults: faults.length,
    turns: turns.length,
    patch: Number(rules.patchOnly),
    lastpid: Number(around.spawnByLastPid),
    stop: Number(around.stopInsteadOfFreeze),
    limit: around.limit,
    steps: Math.min(maxSteps, 0x7fffffff),
    ...parsePreemptions(seed),
    repairs: rules.repairs.join(','),
  });
  const text = [
    head + rest,
    actors,
    ...faults.map((placed, i) => faultLine(placed, cast, faults, i)),
    image,
    ...turns.map(({ actor, label, target = NO_TASK }) => line('turn', { actor, target, label })),
  ].join('\n');
  const unknownTurns = (schedule ?? []).filter((entry) => parseTurns([entry], cast, faults).length === 0).length;
  return { text: `${text}\n`, cast, faults, unknownTurns };
}

function faultLine(placed: Placed, cast: Cast, all: readonly Placed[], self: number): string {
  const { fault, moment, targets } = placed;
  // The Nth call fails by itself: nothing has to come for that.
  const call = moment.kind === 'call' ? moment.call : (fault.call ?? 0);
  const repeats = fault.when.kind === 'any' && moment.kind !== 'scheduled' ? 1 : fault.times;
  const child = cast.actors.find(({ forkedBy }) => forkedBy === placed);
  return line('fault', {
    verb: VERBS.indexOf(fault.verb),
    ...(call > 0 ? {} : encodeMoment(placed, cast, all, self)),
    targets: targets.map((who) => encodeActor(cast.of(who))).join(','),
    signal: fault.signal === undefined ? 0 : signalNumber(fault.signal),
    error: fault.errno === undefined ? 0 : errnoNumber(fault.errno),
    child: encodeActor(child),
    call,
    times: call > 0 ? fault.times : repeats,
    failure: fault.failure === undefined ? 0 : FAILURE_NAMES.indexOf(fault.failure),
    any: Number(fault.when.kind === 'any' && call === 0 && moment.kind !== 'scheduled'),
    name: fault.name,
  });
}

function encodeMoment({ moment }: Placed, cast: Cast, all: readonly Placed[], self: number): Fields {
  switch (moment.kind) {
    case 'start':
      return { who: OUTSIDER };
    case 'at':
      return { who: encodeActor(cast.of(moment.who)), at: 1 + POINTS.indexOf(moment.point) };
    case 'after':
      return { after: all.findIndex(({ fault }, i) => i !== self && fault.name === moment.fault) };
    default:
      return {};
  }
}
