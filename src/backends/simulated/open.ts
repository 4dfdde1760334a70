/** Opens a machine of the simulated backend: the protocol is compiled for it, once for each build. */
import type { Case } from '../../model/case.ts';
import type { Protocol } from '../../protocol/stacks.ts';
import { compiledBuild } from './compile/compile.ts';
import type { Change } from './compile/source.ts';
import { type MachineOptions, SimulatedMachine } from './machine.ts';

export interface OpenMachineOptions extends MachineOptions {
  /** A function of the model that is changed before it is compiled (mutants). */
  readonly change?: Change;
}

/** A machine that stands before the first step of the case. */
export function openMachine(
  c: Case,
  protocol: Protocol,
  { change, ...options }: OpenMachineOptions = {},
): SimulatedMachine {
  const build = { protocol, debug: c.restart.debug, trace: options.trace ?? false };
  return new SimulatedMachine(c, protocol, compiledBuild(change ? { ...build, change } : build), options);
}
