/** The protocols that the built-in engine knows: the published ones, and `hardened` with any of its repairs left out. */
import { protocolNamed, REPAIRS, type Repair, UNDONE } from '../../protocol/stacks.ts';

export interface EngineProtocol {
  /** Patch 30/96 alone, without the rest of the series. */
  readonly patchOnly: boolean;
  /** By the names of the patches, which the engine has as well (agent/ctx.c, repair_names). */
  readonly repairs: readonly Repair[];
}

/** The protocol of this name; undefined for one that the engine does not know. */
export function protocolByName(name: string): EngineProtocol | undefined {
  const protocol = protocolNamed(name);
  if (!protocol || UNDONE.some((item) => protocol.has(item))) return undefined;
  return { patchOnly: protocol.patches.length === 0, repairs: REPAIRS.filter((repair) => protocol.has(repair)) };
}
