/** Replay files for commands: read with everything that can be wrong said, and run once. */
import { readText } from '../boundary/read-file.ts';
import { type OwnFiles, ownFiles } from '../config/options.ts';
import { type BackendOptions, openBackend } from '../injector/backends.ts';
import { runCase } from '../injector/index.ts';
import { judgeBy, namesWith } from '../injector/own-modules.ts';
import { parseReplay, type Replay } from '../injector/replay-file.ts';
import type { BackendName } from '../model/case.ts';
import type { Verdict } from '../record/verdict.ts';
import { MAX_REPLAY_BYTES } from '../scenario/limits.ts';
import { complain, type EXIT } from './exit.ts';

export interface ReadReplay extends Replay {
  readonly file: string;
}

/** A replay file (`-`: standard input); or exit code 2, what is wrong with it having been said. Throws CannotRead. */
export function readReplay(file: string, own: OwnFiles = {}): ReadReplay | typeof EXIT.input {
  const text = readText(file, MAX_REPLAY_BYTES);
  const replayed = parseReplay(text, file, namesWith(own));
  return typeof replayed === 'string' ? complain(replayed) : { ...replayed, file };
}

export interface ReplayOptions extends OwnFiles {
  /** Instead of the protocol that the finding was found in. */
  readonly protocol?: string;
  /** Aborted: the run ends soon, and its verdict is of no use. */
  readonly signal: AbortSignal;
}

/** Follows the schedule of a replay file once. */
export async function verdictOfReplay(
  { file, schedule, case: c, protocol: foundIn }: ReadReplay,
  backendName: BackendName,
  { protocol = foundIn, signal, ...options }: BackendOptions & ReplayOptions,
): Promise<Verdict> {
  const backend = await openBackend(backendName, options);
  try {
    return {
      ...(await runCase(c, {
        backend,
        protocol,
        schedule,
        signal,
        ...(options.properties && { find: judgeBy(options.properties) }),
        own: ownFiles(options),
      })),
      replay: file,
    };
  } finally {
    await backend.dispose();
  }
}
