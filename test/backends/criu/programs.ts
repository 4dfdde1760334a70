/** What the tests of CRIU share: a backend with commands allowed, cases of a tree, the verdict on a program, a wrapper around CRIU. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import type { Criu } from '../../../src/backends/criu/locate.ts';
import { runCase } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import type { Verdict } from '../../../src/record/verdict.ts';
import { type Loaded, parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

/**
 * A CRIU backend that may run commands, for the tests of a suite; they are skipped, with the reason, where there is none.
 * `version`: instead of the usual one.
 */
export function useCriu(version?: string): () => CriuBackend {
  let backend: CriuBackend;
  before(async function () {
    backend = criu({ allowCommands: true, ...(version !== undefined && { criu: version }) });
    await skipWithout(backend, this);
  });
  after(() => backend?.dispose());
  return () => backend;
}

export const SMALL_TREE = '{ pid: 100, children: [{ pid: 101 }] }';

/** A scenario with these words in its section `criu`. */
export function loadCriu(words: string, tree = SMALL_TREE): Loaded {
  return parseScenarios(`scenario: A\ntree: ${tree}\ncriu: { ${words} }\n`, 'a.yaml');
}

/** Its case. */
export function parseCriu(words: string, tree?: string): Case {
  const { cases, diagnostics } = loadCriu(words, tree);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

/** Makes a script that starts CRIU after another command; its path. */
export function wrapCriu({ command }: Criu, script: string, before: string): string {
  writeFileSync(script, `#!/bin/sh\n${before}\nexec ${command.join(' ')} "$@"\n`, { mode: 0o700 });
  return script;
}

/** The verdict on a program with these words. */
export async function verdictOn(backend: CriuBackend, subject: string, more = ''): Promise<Verdict> {
  const text = `scenario: A\ntree: { pid: 100 }\nsubject:\n${subject.trim().replace(/^/gm, '  ')}\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return runCase(cases[0]!, { backend });
}

/** The verdict on a program that has to pass; a failure gives its reasons. */
export async function passes(
  backend: CriuBackend,
  subject: string,
  more = 'expect: { coordinator: ok }\n',
): Promise<Verdict> {
  const verdict = await verdictOn(backend, subject, more);
  const { status, reason, violations, record } = verdict;
  assert.equal(status, 'pass', JSON.stringify([reason, violations, record?.criu?.dump, record?.criu?.restore]));
  return verdict;
}
