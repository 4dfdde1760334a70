import assert from 'node:assert/strict';
import { type Exported, findMedian, isExported, readRows } from '../../lab/reproducers/measured.ts';
import { writePage } from '../../lab/reproducers/page.ts';
import { writeRuntimeSection } from '../../lab/reproducers/runtimes.ts';
import { writeShellScript } from '../../reporters/export/script.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseScenarios } from '../../src/scenario/index.ts';

function row(title: string, shown: number, runs: number, more: Partial<Exported> = {}): Exported {
  return { title, isRace: false, lines: 50, sh: { shown, runs }, c: { shown: 0, runs: 0 }, scenario: '', ...more };
}

describe('the page of reproducers', () => {
  const both = [true, true];
  const page = writePage(
    [
      { number: '1', title: 'A', rows: [row('A', 20, 20), row('A', 5, 5)], isThere: both },
      { number: '2', title: 'B', rows: [row('B', 18, 20, { lines: 60 }), row('B', 0, 0)], isThere: both },
      {
        number: '3',
        title: 'C',
        rows: [row('C', 1, 3, { isRace: true, lines: 90, c: { shown: 1, runs: 1 } }), undefined],
        isThere: both,
      },
      { number: '4', title: 'D', rows: [{ title: 'D', refused: 'no reason' }, row('D', 4, 5)], isThere: both },
      { number: '5', title: 'E', rows: [undefined, undefined], isThere: both },
      { number: '6', title: 'F', rows: [row('F', 5, 5), row('F', 0, 5)], isThere: [true, false] },
    ],
    'docs/criu-findings.md',
    ['4.1.1', '4.2.1'],
  );

  it('counts a refused finding of a version as one that does not show, and no race; and not what the version does not have', () => {
    assert.match(page, /^- 4\.1\.1: of 4 that are no race, 2 \(50 %\) show in at least 95 % of the runs/m);
    assert.match(page, /^- 4\.2\.1: of 2 that are no race, 1 \(50 %\) show .* script, 5 each$/m);
    assert.match(page, /has 50 lines \(median\)/);
  });

  it('has the real number of runs of each row and version, why one is refused, and what was not measured', () => {
    assert.match(page, /^\| 2 \| B \| 60 \| 18 of 20 \| {2}\| {2}\| {2}\|$/m);
    assert.match(page, /^\| 3 \| C \(a race\) \| 90 \| 1 of 3 \| {2}\| 1 of 1 \| {2}\|$/m);
    assert.match(page, /^\| 4 \| D \| 50 \| refused \| 4 of 5 \| refused \| {2}\|$/m);
    assert.match(page, /## Not exported\n\n- D: no reason\n/);
    assert.match(page, /## Not measured yet\n\n- E\n/);
  });
});

describe('the section of reproducers for container runtimes', () => {
  const section = writeRuntimeSection([
    { title: 'A', runtime: 'runc', seen: 'runc 1.2', lines: 50, count: { shown: 3, runs: 3 } },
    { title: 'B', runtime: 'runc', seen: 'runc 1.2', lines: 60, count: { shown: 2, runs: 3 } },
    { title: 'C', runtime: 'podman', lines: 70, isRace: true, count: { shown: 1, runs: 3 } },
    { title: 'D', runtime: 'runsc', refused: 'no reason' },
  ]);

  it('counts each runtime for itself, and all, without races and with what is refused', () => {
    assert.match(section, /^- runc: of 2 that are no race, 1 \(50 %\) show /m);
    assert.match(section, /^- runsc: of 1 that are no race, 0 \(0 %\) show /m);
    assert.match(section, /^- all: of 3 that are no race, 1 \(33 %\) show /m);
    assert.doesNotMatch(section, /^- podman/m);
    assert.match(section, /has 60 lines \(median\)/);
  });

  it('has each finding, with why one is not exported', () => {
    assert.match(section, /\| C \(a race\) \| podman \| 70 \| 1 of 3 \|/);
    assert.match(section, /Not exported:\n\n- D: no reason\n/);
  });
});

/** The lines that a run adds to the comment of a script: what was seen, and the last two errors. */
const LINES_OF_RUN = 3;

describe('the scripts of the smallest scenarios that show the findings', () => {
  it('have at most 60 lines, in the middle', () => {
    const lengths = readRows('4.1.1').flatMap((row) => {
      if (!isExported(row)) return [];
      const { cases, diagnostics } = parseScenarios(row.scenario, 'scenarios/criu/it.yaml', KNOWN_NAMES);
      assert.deepEqual(diagnostics, [], row.title);
      const [c] = cases;
      const { violates: always, mayViolate = [] } = c!.expect;
      const violates = always.length > 0 ? always : mayViolate;
      const finding = { title: row.title, case: c!, violates, statements: {}, sources: {} };
      return [writeShellScript(finding).trimEnd().split('\n').length + LINES_OF_RUN];
    });
    assert.ok(lengths.length > 70);
    assert.ok(findMedian(lengths) <= 60, `${findMedian(lengths)}`);
  });
});
