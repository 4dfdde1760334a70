/** A small case, and the properties that a record of it violates. */
import type { Case } from '../../../src/model/case.ts';
import { type ImageEdit, PLAIN_CRIU } from '../../../src/model/criu.ts';
import { judge } from '../../../src/properties/index.ts';
import type { CriuTask } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { aCensus, aRecord, TREE } from './records.ts';

const { cases } = parseScenarios('scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\ncriu: {}\n', 'a.yaml');
export const CASE = cases[0]!;

export function withCriu(over: Partial<Case['criu'] & object>): Case {
  return { ...CASE, criu: { ...PLAIN_CRIU, ...over } };
}

/** The properties that a run violates. */
export function allViolated(over: Parameters<typeof aRecord>[0], c: Case = CASE): string[] {
  return [...new Set(judge(c, aRecord(over)).map(({ property }) => property))];
}

const OF_CAUSES = ['failed-dump-has-a-cause', 'dumped-tree-can-be-restored'];

/** The same, but for those about the cause of a failure: most records here fail for none. */
export function violated(over: Parameters<typeof aRecord>[0], c: Case = CASE): string[] {
  return allViolated(over, c).filter((property) => !OF_CAUSES.includes(property));
}

/** The tree with one task changed. */
export function treeWith(pid: number, over: Partial<CriuTask>) {
  return aCensus(...TREE.tasks.map((task) => (task.pid === pid ? { ...task, ...over } : task)));
}

export const without = (pid: number) => aCensus(...TREE.tasks.filter((task) => task.pid !== pid));
export const hit = { verb: 'signal', signal: 9 } as const;
export const EDITED: ImageEdit = { kind: 'missing', file: 'core-101' };
