/** The simulated backend: an executable model of the restart on a small simulated kernel. It runs on every machine. */
import seedrandom from 'seedrandom';
import type { Case } from '../../model/case.ts';
import { PROTOCOLS, type Protocol, protocolNamed } from '../../protocol/stacks.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Capability, Machine, OpenOptions, Plan, SchedulableBackend } from '../backend.ts';
import { firstWalk, randomChooser, toEnd, walk } from '../walk.ts';
import { SimulatedMachine } from './machine.ts';

function findProtocol(plan: Plan): Protocol {
  const protocol = protocolNamed(plan.protocol);
  if (!protocol) throw new Error(`no protocol ${plan.protocol}: ask refuses() first`);
  return protocol;
}

class Simulated implements SchedulableBackend {
  readonly name = 'simulated';

  async capabilities(): Promise<readonly Capability[]> {
    return [{ name: 'simulated', available: true, detail: `${PROTOCOLS.length} protocols, every interleaving` }];
  }

  refuses(c: Case, protocol: string): string | undefined {
    if (!protocolNamed(protocol)) return `no protocol ${protocol}`;
    if (c.faults.length > 31) return 'more than 31 faults in one case';
    return undefined;
  }

  open(plan: Plan, options: OpenOptions = {}): Machine {
    return new SimulatedMachine(plan.case, findProtocol(plan), options);
  }

  async run(plan: Plan): Promise<RunRecord> {
    const machine = this.open(plan, { trace: true });
    const length = toEnd(firstWalk(machine, plan.maxSteps)).length;
    const { end } = walk(machine, randomChooser(machine, seedrandom.alea(plan.seed), length), plan.maxSteps);
    return machine.record(plan.seed, [], end);
  }

  async dispose(): Promise<void> {}
}

/** The simulated backend. */
export function simulated(): SchedulableBackend {
  return new Simulated();
}
