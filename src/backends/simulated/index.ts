/** The simulated backend: an executable model of the restart on a small simulated kernel. It runs on every machine. */
import { type Case, FAILURES, isProtocolFile } from '../../model/case.ts';
import { requireProtocol } from '../../protocol/own/load.ts';
import { PROTOCOLS, type Protocol, protocolNamed } from '../../protocol/stacks.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Capability, Machine, OpenOptions, Plan, SchedulableBackend } from '../backend.ts';
import { Draws } from '../draws.ts';
import { firstWalk, toEnd } from '../walk.ts';
import type { SimulatedMachine } from './machine.ts';
import { openMachine } from './open.ts';
import { openOwn, refuseOwn, runOwn } from './own/index.ts';
import { POINT_NAMES } from './world.ts';

function findProtocol(plan: Plan): Protocol {
  const protocol = protocolNamed(plan.protocol);
  if (!protocol) throw new Error(`no protocol ${plan.protocol}: ask refuses() first`);
  return protocol;
}

/** A machine for the plan's case; threads that search together open theirs by it. */
export function open(plan: Plan, options: OpenOptions = {}): Machine {
  return isProtocolFile(plan.protocol) ? openOwn(plan, options) : openShipped(plan, options);
}

function openShipped(plan: Plan, options: OpenOptions = {}): SimulatedMachine {
  return openMachine(plan.case, findProtocol(plan), options);
}

/** Why a restart cannot play a case that was written for a protocol of one's own; undefined: it can. */
function refuseForeign({ faults }: Case): string | undefined {
  for (const { when, failure } of faults) {
    const at = when.kind === 'task' || when.kind === 'coordinator' ? when.at : undefined;
    if (at !== undefined && !POINT_NAMES.includes(at)) return `the restart has no point ${at}`;
    if (failure !== undefined && !Object.hasOwn(FAILURES, failure)) return `the restart makes no call ${failure}`;
  }
  return undefined;
}

class Simulated implements SchedulableBackend {
  readonly name = 'simulated';
  readonly module = import.meta.url;

  async capabilities(): Promise<readonly Capability[]> {
    return [{ name: 'simulated', available: true, detail: `${PROTOCOLS.length} protocols, every interleaving` }];
  }

  refuses(c: Case, protocol: string): string | undefined {
    if (c.faults.length > 31) return 'more than 31 faults in one case';
    if (isProtocolFile(protocol)) return refuseOwn(c, requireProtocol(protocol));
    if (!protocolNamed(protocol)) return `no protocol ${protocol}`;
    return refuseForeign(c);
  }

  open(plan: Plan, options: OpenOptions = {}): Machine {
    return open(plan, options);
  }

  async run(plan: Plan): Promise<RunRecord> {
    const { maxSteps, seed } = plan;
    if (isProtocolFile(plan.protocol)) return runOwn(plan);
    const machine = openShipped(plan);
    const { length } = toEnd(firstWalk(machine, maxSteps));
    const run = machine.randomWalk!;
    const isOver = run.run(new Draws(seed), length, maxSteps);
    const recorded = openShipped(plan, { trace: true });
    for (let i = 0; i < run.length; i++) recorded.step(run.moves[i]!);
    return recorded.record(seed, [], isOver ? 'over' : 'cut');
  }

  async dispose(): Promise<void> {}
}

/** The simulated backend. */
export function simulated(): SchedulableBackend {
  return new Simulated();
}
