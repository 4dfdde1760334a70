import assert from 'node:assert/strict';
import { assertHolds, findViolation, findViolations } from '../judging.ts';
import { failedLate, healthy } from '../support.ts';

const name = 'no-kernel-defect';
const KINDS = ['bug', 'null-dereference', 'out-of-bounds', 'use-after-free', 'double-free', 'crash'] as const;

describe(name, () => {
  for (const kind of KINDS) {
    it(`finds ${kind}, with its place`, () => {
      const finding = { kind, at: 'getActivePid', detail: 'index 3 of 3' };
      assert.match(findViolation(name, healthy(), { findings: [finding] }).message, /getActivePid: index 3 of 3/);
    });
  }

  it('names the step where the record has it, and each defect once', () => {
    const finding = { kind: 'bug', at: 'restoreTaskDone' } as const;
    const script = healthy().add(101, 'finding', { finding });
    assert.equal(findViolation(name, script, { findings: [finding], end: 'crashed' }).step, script.events.length);
  });

  it('reports each of several, with its own step', () => {
    const script = healthy()
      .add(101, 'finding', { finding: { kind: 'bug', at: 'a' } })
      .add(101, 'finding', { finding: { kind: 'bug', at: 'b' } })
      .add(101, 'finding', { finding: { kind: 'crash', at: 'b' } });
    const last = script.events.length;
    assert.deepEqual(
      findViolations(name, script).map(({ step }) => step),
      [last - 2, last - 1, last],
    );
    const findings = [
      { kind: 'bug', at: 'a' },
      { kind: 'bug', at: 'b' },
    ] as const;
    assert.equal(findViolations(name, healthy(), { findings }).length, 2);
  });

  it('says nothing of findings that are no defects of the kernel', () => {
    assertHolds(name, healthy(), { findings: [{ kind: 'disagreement', at: 'native' }] });
    assertHolds(name, failedLate());
  });
});
