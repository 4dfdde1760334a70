/** Machines of the simulated backend for tests. */
import { type MachineOptions, SimulatedMachine } from '../../../../src/backends/simulated/machine.ts';
import { type Variant, variantByName } from '../../../../src/backends/simulated/variants.ts';
import type { Case } from '../../../../src/model/case.ts';

/** The protocols that are published or shipped by name; all others are changes of one of them. */
export const MAIN_PROTOCOLS = ['patch', 'series', 'hardened'] as const;

export function protocolOf(name: string): Variant {
  const variant = variantByName(name);
  if (!variant) throw new Error(`no protocol ${name}`);
  return variant;
}

export function machineOf(c: Case, protocol: string, options: MachineOptions = {}): SimulatedMachine {
  return new SimulatedMachine(c, protocolOf(protocol), options);
}
