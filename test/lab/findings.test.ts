/** docs/findings.md is current; each finding shows again in the protocol it was found in, and in no way under `hardened`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { LINES } from '../../lab/findings/lines.ts';
import { findingsPage, PAGE, readFindings, rerun } from '../../lab/findings/page.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { runCase } from '../../src/injector/index.ts';

const findings = await readFindings((file) => readFileSync(file, 'utf8'));

describe('docs/findings', function () {
  this.timeout(60_000);

  it('has findings in both published protocols', () => {
    assert.deepEqual(new Set(findings.map(({ replay }) => replay.protocol)), new Set(['patch', 'series']));
    assert.ok(findings.length >= 15);
  });

  it('says of each where in the patch it is', () => {
    assert.deepEqual(Object.keys(LINES).sort(), findings.map(({ replay }) => replay.case.title).sort());
  });

  it('has no story twice', () => {
    const stories = findings.map(({ replay: { case: c, property, protocol } }) =>
      JSON.stringify({ property, protocol, tasks: c.tasks, image: c.image, restart: c.restart, faults: c.faults }),
    );
    assert.equal(new Set(stories).size, findings.length);
  });

  for (const finding of findings) {
    const { file, replay } = finding;
    it(`${file} violates ${replay.property} again`, async () => {
      const verdict = await rerun(finding);
      assert.ok(verdict.violations.some(({ property }) => property === replay.property));
    });

    it(`${file}: hardened does not violate it, whatever the schedule`, async () => {
      const { case: c, property } = replay;
      const expect = {
        ...c.expect,
        coordinator: [],
        violates: [],
        leftWaiting: c.tasks.map(({ pid }) => pid),
        only: [property],
      };
      const explore = { strategy: 'exhaustive', schedules: 1, depth: 1 } as const;
      const verdict = await runCase(
        { ...c, explore, expect, restart: { ...c.restart, protocol: 'hardened' } },
        { backend: simulated() },
      );
      const real = verdict.violations.filter((violation) => violation.property === property);
      assert.deepEqual(real, []);
      assert.ok(verdict.tried.complete);
    });
  }

  it('the page is what the replay files say', async () => {
    assert.equal(readFileSync(PAGE, 'utf8'), await findingsPage(findings));
  });
});
