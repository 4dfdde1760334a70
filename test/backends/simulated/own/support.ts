/** Protocols of one's own for tests: written as text, opened as machines. */

import type { OpenOptions } from '../../../../src/backends/backend.ts';
import { buildOf } from '../../../../src/backends/simulated/own/build.ts';
import { refuseOwn } from '../../../../src/backends/simulated/own/index.ts';
import { OwnMachine } from '../../../../src/backends/simulated/own/machine.ts';
import { type SearchOptions, searchAll } from '../../../../src/explore/index.ts';
import type { Case } from '../../../../src/model/case.ts';
import { VOCABULARY } from '../../../../src/protocol/own/module.ts';
import type { OwnProtocol } from '../../../../src/protocol/own/protocol.ts';
import { readProtocol } from '../../../../src/protocol/own/read.ts';
import { parseScenarios as parseUnchecked } from '../../../../src/scenario/index.ts';

export const IMPORTS = `import { ${VOCABULARY.join(', ')} } from 'mktrouble/protocol';\n`;

export function protocol(text: string): OwnProtocol {
  const read = readProtocol(IMPORTS + text, './own.ts');
  if ('name' in read) return read;
  throw new Error(read.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n'));
}

/** A case of so many tasks, with these faults as YAML. */
export function caseOf(tasks: number, faults = '[]'): Case {
  const children = Array.from({ length: tasks - 1 }, (_, i) => `{ pid: ${101 + i} }`).join(', ');
  const tree = tasks === 1 ? '{ pid: 100 }' : `{ pid: 100, children: [${children}] }`;
  const text = `scenario: x\ntree: ${tree}\nrestart: { protocol: ./own.ts }\nfaults: ${faults}\n`;
  // The names of the protocol are checked elsewhere.
  const own = () => ({ file: './own.ts', facts: { stages: ['a', 'b'], calls: ['write'], properties: [] } });
  const { cases, diagnostics } = parseUnchecked(text, 'x.yaml', { ownProtocol: own });
  if (!cases[0]) throw new Error(JSON.stringify(diagnostics));
  return cases[0];
}

export function open(own: OwnProtocol, c: Case, options: OpenOptions = {}): OwnMachine {
  const why = refuseOwn(c, own);
  if (why !== undefined) throw new Error(why);
  return new OwnMachine(c, buildOf(own), options);
}

/** All ends of a case, as texts in an order of their own. */
export function ends(own: OwnProtocol, c: Case, options: SearchOptions = {}): string[] {
  const { endings, complete } = searchAll(open(own, c), options);
  if (!complete) throw new Error('the search is not complete');
  return endings.map(({ outcome }) => JSON.stringify(outcome)).sort();
}
