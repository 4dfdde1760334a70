/** docs/criu-findings.md: what it says of the defects that were measured. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { MeasuredScenario } from '../../lab/findings/criu-measured.ts';
import { readMeasured } from '../../lab/findings/criu-measured.ts';
import { listParts } from '../../lab/findings/criu-page.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { loadDefects } from '../../src/scenario/defects.ts';
import { loadScenarios } from '../../src/scenario/index.ts';

function measured(title: string, shown: readonly number[], defect?: string): MeasuredScenario {
  const file = 'scenarios/criu/a.yaml';
  return {
    title,
    file,
    violates: ['criu-ends-in-time'],
    isDamaged: false,
    runs: 5,
    shown,
    ...(defect !== undefined && { defect }),
  };
}

function rows(scenarios: readonly MeasuredScenario[], versions: readonly string[]): string[] {
  const page = listParts({ versions, kernel: '6.1', also: [], scenarios }, [], []).join('\n');
  return page.split('\n').filter((row) => /^\| [\d.]+ \|/.test(row));
}

describe('The page of the defects of CRIU', function () {
  this.timeout(60_000);

  it('says what became of each from the first version to the last', () => {
    const all = rows([measured('A', [5, 5]), measured('B', [5, 0]), measured('C', [0, 3])], ['1', '2']);
    const columns = (row: string) => row.split(' | ').slice(1, -1);
    assert.deepEqual(all.map(columns), [
      ['A', 'criu-ends-in-time', '5 of 5', '5 of 5', 'still there'],
      ['B', 'criu-ends-in-time', '5 of 5', '0 of 5', 'fixed'],
      ['C', 'criu-ends-in-time', '0 of 5', '3 of 5', 'new'],
    ]);
  });

  it('says of a defect with several scenarios that it is there where one of them shows it', () => {
    const [defect, ...below] = rows([measured('A', [5, 0], 'd'), measured('B', [0, 5], 'd')], ['1', '2']);
    assert.match(defect!, /\| still there \| 2 below \|$/);
    assert.deepEqual(
      below.map((row) => /(fixed|new|still there)/.exec(row)?.[1]),
      ['fixed', 'new'],
    );
  });

  it('compares nothing of one version', () =>
    assert.doesNotMatch(rows([measured('A', [5])], ['1'])[0]!, /still there/));

  it('is what was measured, by the known defects and the scenarios of today', () => {
    const { cases } = loadScenarios(['scenarios/criu'], KNOWN_NAMES);
    const { defects } = loadDefects('scenarios/criu/mktrouble.known.yaml', KNOWN_NAMES.properties);
    const page = `${listParts(readMeasured(), defects, cases).join('\n\n')}\n`;
    assert.equal(readFileSync('docs/criu-findings.md', 'utf8'), page);
  });
});
