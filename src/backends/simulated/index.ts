/** The simulated backend: an executable model of the restart on a small simulated kernel. It runs on every machine. */
import type { Case } from '../../model/case.ts';
import { PROTOCOLS, type Protocol, protocolNamed } from '../../protocol/stacks.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Capability, Machine, OpenOptions, Plan, SchedulableBackend } from '../backend.ts';
import { Draws } from '../draws.ts';
import { firstWalk, toEnd } from '../walk.ts';
import type { SimulatedMachine } from './machine.ts';
import { openMachine } from './open.ts';

function findProtocol(plan: Plan): Protocol {
  const protocol = protocolNamed(plan.protocol);
  if (!protocol) throw new Error(`no protocol ${plan.protocol}: ask refuses() first`);
  return protocol;
}

/** A machine for the plan's case; threads that search together open theirs by it. */
export function open(plan: Plan, options: OpenOptions = {}): SimulatedMachine {
  return openMachine(plan.case, findProtocol(plan), options);
}

class Simulated implements SchedulableBackend {
  readonly name = 'simulated';
  readonly module = import.meta.url;

  async capabilities(): Promise<readonly Capability[]> {
    return [{ name: 'simulated', available: true, detail: `${PROTOCOLS.length} protocols, every interleaving` }];
  }

  refuses(c: Case, protocol: string): string | undefined {
    if (!protocolNamed(protocol)) return `no protocol ${protocol}`;
    if (c.faults.length > 31) return 'more than 31 faults in one case';
    return undefined;
  }

  open(plan: Plan, options?: OpenOptions): Machine {
    return open(plan, options);
  }

  async run(plan: Plan): Promise<RunRecord> {
    const { maxSteps, seed } = plan;
    const machine = open(plan);
    const { length } = toEnd(firstWalk(machine, maxSteps));
    const run = machine.randomWalk!;
    const isOver = run.run(new Draws(seed), length, maxSteps);
    const recorded = open(plan, { trace: true });
    for (let i = 0; i < run.length; i++) recorded.step(run.moves[i]!);
    return recorded.record(seed, [], isOver ? 'over' : 'cut');
  }

  async dispose(): Promise<void> {}
}

/** The simulated backend. */
export function simulated(): SchedulableBackend {
  return new Simulated();
}
