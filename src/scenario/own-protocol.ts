/** Protocols of one's own, as the scenario room sees them: their files, and the words that they add to a scenario. */
import { type Complain, unknown } from './complain.ts';
import type { Path } from './source/raw.ts';

/** What a protocol file declares that a scenario can name. */
export interface OwnProtocolFacts {
  readonly stages: readonly string[];
  /** Calls that can be made to fail. */
  readonly calls: readonly string[];
  readonly properties: readonly string[];
}

/** A protocol file by its path from the working folder; or what is wrong with it. */
export type FoundProtocol =
  | { readonly file: string; readonly facts: OwnProtocolFacts }
  | { readonly message: string; readonly hint?: string };

/** Reads a protocol file, which is never executed. `folder`: what its path is relative to; default: the working folder. Never throws. */
export type FindProtocol = (file: string, folder?: string) => FoundProtocol;

/** Complains about a point that neither the restart nor the scenario's own protocol has. */
export function checkPoint(
  point: string,
  what: string,
  shipped: readonly string[],
  own: OwnProtocolFacts | undefined,
  path: Path,
  complain: Complain,
): void {
  const known = own ? own.stages : shipped;
  const noun = own ? 'stage' : what;
  if (!known.includes(point)) complain(unknown(path, noun, point, () => known));
}
