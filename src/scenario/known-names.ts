/** Names that other rooms own, and those among them that have changed. */
import { isProtocolFile } from '../model/case.ts';
import type { KnownDefect } from '../model/signature.ts';
import type { Complain } from './complain.ts';
import type { FindProtocol, OwnProtocolFacts } from './own-protocol.ts';
import type { EditorFacts, FaultVerbFacts } from './own-words.ts';
import type { Path } from './source/raw.ts';

/** From each old name to the current one. */
export type Renames = Readonly<Record<string, string>>;

/** The names that a scenario may use beyond the words of the format; what is not given is not checked. */
export interface KnownNames {
  readonly protocols?: readonly string[];
  readonly properties?: readonly string[];
  /** Reads the file of a protocol of one's own; what is not given is not checked. */
  readonly ownProtocol?: FindProtocol;
  /** Fault verbs of the user's own. */
  readonly faultVerbs?: readonly FaultVerbFacts[];
  /** Image editors of the user's own. */
  readonly imageEditors?: readonly EditorFacts[];
  /** Old names, accepted with a warning for one version. */
  /**
   * The defects of mktrouble.known.yaml for a scenario file, by default the one that is loaded; a text that says what is wrong
   * with that file; undefined where there is none.
   */
  readonly defects?: (file?: string) => readonly KnownDefect[] | string | undefined;
  readonly renamed?: { readonly protocols?: Renames; readonly properties?: Renames };
}

/** The current name for a name that a file has at this path; an old name gets a warning, which `lint --fix` can act on. */
export function currentName(name: string, renames: Renames | undefined, path: Path, complain: Complain): string {
  const current = renames && Object.hasOwn(renames, name) ? renames[name]! : name;
  if (current !== name)
    complain({
      severity: 'warning',
      path,
      message: `${name} has been renamed to ${current}`,
      hint: 'mktrouble lint --fix replaces the old name',
      replacement: current,
    });
  return current;
}

/** What the protocol of a scenario's own declares, by its path from the working folder; undefined for one that ships. */
export function ownFacts({ ownProtocol }: KnownNames, protocol: string): OwnProtocolFacts | undefined {
  const found = isProtocolFile(protocol) ? ownProtocol?.(protocol) : undefined;
  return found && 'facts' in found ? found.facts : undefined;
}
