/** Machines of the simulated backend for tests. */
import type { SimulatedMachine } from '../../../../src/backends/simulated/machine.ts';
import { type OpenMachineOptions, openMachine as open } from '../../../../src/backends/simulated/open.ts';
import type { Case } from '../../../../src/model/case.ts';
import { type Protocol, protocolNamed } from '../../../../src/protocol/stacks.ts';

/** The protocols that are published or shipped by name; all others are changes of one of them. */
export const MAIN_PROTOCOLS = ['patch', 'series', 'hardened'] as const;

export function protocolOf(name: string): Protocol {
  const protocol = protocolNamed(name);
  if (!protocol) throw new Error(`no protocol ${name}`);
  return protocol;
}

export function openMachine(c: Case, protocol: string, options: OpenMachineOptions = {}): SimulatedMachine {
  return open(c, protocolOf(protocol), options);
}
