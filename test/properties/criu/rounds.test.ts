/** Every round is judged: those before the last as if nothing was made to fail, and the pre-dumps of each. */
import assert from 'node:assert/strict';
import type { Case } from '../../../src/model/case.ts';
import { judge } from '../../../src/properties/index.ts';
import { signViolation } from '../../../src/properties/signature.ts';
import type { CriuPreDump, CriuRecord } from '../../../src/record/criu.ts';
import type { RunRecord } from '../../../src/record/record.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { aCensus, aRecord, aTask, DUMPED, NO_TASKS, RESTORED, TREE } from './records.ts';

const CASE: Case = parseScenarios(
  'scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nfaults: [{ kill: coordinator, when: { criu: pre-restore } }]\ncriu: { rounds: [dump, restore, dump, restore] }\nexpect: { coordinator: [ok, killed] }\n',
  'a.yaml',
).cases[0]!;
const HIT = { verb: 'signal', to: 'criu', signal: 9, stage: 'pre-restore', fault: 'kill-1' } as const;
const KILLED = {
  restore: { of: 'restore', signal: 9, errors: [] },
  afterRestore: NO_TASKS,
  again: RESTORED,
  afterAgain: TREE,
} as const;

function inRounds(...rounds: readonly Parameters<typeof aRecord>[0][]): RunRecord {
  const records = rounds.map((round) => aRecord(round));
  const last = records.pop()!;
  return { ...last, criu: { ...last.criu!, earlier: records.map(({ criu }) => criu as CriuRecord) } };
}

function violated(record: RunRecord): (readonly [string, number | undefined])[] {
  return judge(CASE, record).map(({ property, round }) => [property, round] as const);
}

describe('Rounds of dump and restore', () => {
  it('that are all healthy violate nothing', () => {
    assert.deepEqual(violated(inRounds({}, {}, { ...KILLED, hits: [HIT] })), []);
  });

  it('are judged one by one: a violation names its round', () => {
    const lost = { afterRestore: aCensus(aTask(100, { pgid: 7 }), ...TREE.tasks.slice(1)) };
    assert.deepEqual(violated(inRounds({}, lost, {})), [['restored-tree-matches-dump', 2]]);
    assert.deepEqual(violated(inRounds({}, {}, lost)), [['restored-tree-matches-dump', undefined]]);
  });

  it('before the last have no fault that excuses a failure', () => {
    const failed = { ...KILLED, restore: { of: 'restore', exit: 1, errors: ['a.c:1: no'] } } as const;
    assert.deepEqual(violated(inRounds(failed, {})), [['dumped-tree-can-be-restored', 1]]);
  });

  it('give a violation the signature of its own round', () => {
    const lost = { afterRestore: aCensus(aTask(100, { pgid: 7 }), ...TREE.tasks.slice(1)) };
    const record = inRounds(lost, {});
    const [violation] = judge(CASE, record);
    const alone = aRecord(lost);
    assert.deepEqual(signViolation(CASE, record, violation!), signViolation(CASE, alone, judge(CASE, alone)[0]!));
  });

  const ofPreDump = (over: Partial<CriuPreDump>): [string, number | undefined][] =>
    violated(aRecord({ preDumps: [{ before: TREE, run: { ...DUMPED, of: 'pre-dump' }, after: TREE, ...over }] })).map(
      ([name, round]) => [name, round],
    );

  it('have pre-dumps that change nothing', () => {
    assert.deepEqual(ofPreDump({}), []);
    const traced = aCensus(aTask(100, { state: 't' }), ...TREE.tasks.slice(1));
    assert.deepEqual(ofPreDump({ after: traced }), [['kept-tree-is-unchanged', undefined]]);
    const changes = [{ kind: 'mounts', added: ['/mnt'], removed: [] }];
    assert.deepEqual(ofPreDump({ changes }), [['failed-dump-leaves-nothing-behind', undefined]]);
  });

  it('have pre-dumps that do not crash, and fail for a cause', () => {
    assert.deepEqual(ofPreDump({ run: { of: 'pre-dump', signal: 6, errors: ['mem.c:1: BUG at mem.c:1'] } }), [
      ['criu-never-crashes', undefined],
    ]);
    const failing = { ...CASE, expect: { ...CASE.expect, coordinator: [] } };
    const record = aRecord({
      preDumps: [{ before: TREE, run: { of: 'pre-dump', exit: 1, errors: [] }, after: TREE }],
    });
    assert.deepEqual(
      judge(failing, record).map(({ property }) => property),
      ['failed-dump-has-a-cause'],
    );
  });
});
