import assert from 'node:assert/strict';
import type { JsonReport } from '../../reporters/merge.ts';
import { planUpdate, triage } from '../../src/cli/triage.ts';
import { hashSignature, type KnownDefect, type Signature } from '../../src/model/signature.ts';

const BOUNDS: Signature = { property: 'no-kernel-defect', place: 'get_active_pid', shape: 'out-of-bounds' };
const TURNS: Signature = { property: 'turns-in-order', place: 'task at restore', shape: '' };

/** A report of cases, each with what it shows: a signature, nothing, or that it was skipped. */
function report(cases: Readonly<Record<string, Signature | 'nothing' | 'skip'>>): JsonReport {
  const list = Object.entries(cases).map(([id, shown]) => {
    const bucket = typeof shown === 'string' ? null : { id: hashSignature(shown), signature: shown, state: 'new' };
    return { id, result: bucket ? 'fail' : shown === 'skip' ? 'skip' : 'pass', bucket };
  });
  return { version: 1, cases: list } as unknown as JsonReport;
}

const known = (state: KnownDefect['state']): KnownDefect => ({
  name: 'bounds',
  title: 'Bounds',
  state,
  signatures: [BOUNDS],
  cases: ['a', 'b'],
});
const update = (reports: readonly JsonReport[], defects: readonly KnownDefect[]) =>
  planUpdate(triage(reports, defects), reports.length, new Set(defects.map(({ name }) => name)));

describe('triage', () => {
  it('puts findings with one signature into one bucket, and those of one known defect, the most frequent first', () => {
    const found = triage([report({ a: TURNS, b: BOUNDS, c: BOUNDS })], [known('known')]).found;
    assert.deepEqual(
      found.map(({ defect, state, cases }) => [defect?.name, state, cases]),
      [
        ['bounds', 'known', ['b', 'c']],
        [undefined, 'new', ['a']],
      ],
    );
  });

  it('adds a new defect with its signature and a few cases', () => {
    const { added, states } = update([report({ a: TURNS, b: BOUNDS })], [known('known')]);
    assert.deepEqual([added.length, states.size], [1, 0]);
    assert.deepEqual([added[0]?.state, added[0]?.signatures, added[0]?.cases], ['new', [TURNS], ['a']]);
  });

  it('says when only some of the reports show a new defect', () => {
    const [added] = update([report({ a: TURNS }), report({ a: 'nothing' })], []).added;
    assert.match(added?.note ?? '', /1 of 2/);
  });

  it('marks a known defect fixed only when all of its cases ran and none shows it', () => {
    const gone = report({ a: 'nothing', b: 'nothing' });
    assert.deepEqual([...update([gone], [known('known')]).states], [['bounds', 'fixed']]);
    assert.equal(update([report({ a: 'nothing', b: 'skip' })], [known('known')]).states.size, 0);
    assert.equal(update([report({ a: 'nothing' })], [known('known')]).states.size, 0);
    assert.equal(update([gone], [known('flaky')]).states.size, 0);
    assert.equal(update([gone, report({ b: BOUNDS })], [known('known')]).states.size, 0);
  });

  it('makes a fixed defect that shows again new', () => {
    assert.deepEqual([...update([report({ a: BOUNDS })], [known('fixed')]).states], [['bounds', 'new']]);
  });
});
