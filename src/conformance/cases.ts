/** The cases that a backend is given: small trees, with a fault each or none. A backend refuses those that it cannot run. */
import { KNOWN_NAMES } from '../injector/known.ts';
import type { Case } from '../model/case.ts';
import { defineScenario, type ScenarioDocument } from '../scenario/index.ts';

const CHILDREN = [{ pid: 101 }, { pid: 102 }];

const DOCUMENTS: readonly ScenarioDocument[] = [
  { scenario: 'One task', tree: { pid: 100 } },
  { scenario: 'A root with two children', tree: { pid: 100, children: CHILDREN } },
  {
    scenario: 'A child is killed at any moment',
    tree: { pid: 100, children: CHILDREN },
    faults: [{ kill: 101, when: 'any', name: 'the-kill' }],
  },
  {
    scenario: 'The coordinator gets a signal at any moment',
    tree: { pid: 100, children: CHILDREN },
    faults: [{ signal: 'SIGUSR1', to: 'coordinator', when: 'any' }],
  },
  {
    scenario: 'A child is traced by a task outside of the tree',
    tree: { pid: 100, children: [{ pid: 101, 'traced-by': 'outsider' }] },
  },
  { scenario: 'One task, dumped and restored', tree: { pid: 100 }, criu: {} },
];

/** The cases of the kit. */
export function conformanceCases(): readonly Case[] {
  return DOCUMENTS.flatMap((document) => defineScenario(document, KNOWN_NAMES));
}

/** A case that runs a command, which a backend must not do unless it is allowed. */
export function commandCase(command: readonly [string, ...string[]]): Case {
  const document: ScenarioDocument = {
    scenario: 'A command',
    tree: { pid: 100 },
    subject: { command: [...command] },
    criu: {},
  };
  return defineScenario(document, KNOWN_NAMES)[0]!;
}
