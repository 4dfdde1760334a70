/** The case that a campaign changes, again and again. */
import { existsSync } from 'node:fs';
import { KNOWN_NAMES } from '../../injector/known.ts';
import type { Case } from '../../model/case.ts';
import { loadScenarios, parseScenarios } from '../../scenario/index.ts';
import { suggestPath } from '../nearest-path.ts';

/** Something that the user can put right. */
export class FuzzError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A task of every kind that CRIU knows. */
const TREE = `tree:
  pid: 100
  children:
    - { pid: 101, threads: [103], pending: [SIGUSR1], children: [{ pid: 104 }] }
    - { pid: 102, stopped: true }
    - { pid: 105, session: 105, children: [{ pid: 107, pgid: 107 }] }
    - { pid: 106, state: zombie, exit-code: 3 }
criu: { limit: 2000 }
`;

/** The first case of a file, without what it expects; without a file a small tree, under this title. Throws FuzzError. */
export function readBase(file: string | undefined, title: string): Case {
  if (file !== undefined && !existsSync(file)) throw new FuzzError(`no such file: ${file}`, suggestPath(file));
  const { cases, diagnostics } =
    file === undefined
      ? parseScenarios(`scenario: ${title}\n${TREE}`, 'fuzz', KNOWN_NAMES)
      : loadScenarios([file], KNOWN_NAMES);
  const [c] = cases;
  if (!c) throw new FuzzError(diagnostics[0]?.message ?? `${file} has no scenario`);
  return { ...c, expect: { ...c.expect, coordinator: [], tasks: {}, violates: [] } };
}
