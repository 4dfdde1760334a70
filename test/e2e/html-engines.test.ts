/** The HTML report of a run on several engines: a column each, and a way from each cell to the case. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { failedDump } from '../reporters/fixtures/criu.ts';
import { resultFor } from '../reporters/fixtures/results.ts';
import { failing, verdict } from '../reporters/fixtures/verdicts.ts';
import { launch, open, skipWithoutBrowser, writeReport } from '../reporters/html/page.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('the HTML report of several engines', function () {
  this.timeout(120_000);
  let browser: Browser;
  const folder = temporaryFolder();
  const file = path.join(folder.path, 'report.html');

  before(async function () {
    skipWithoutBrowser(this);
    const one = { id: 'it', title: 'Restore of a child', backend: 'criu' } as const;
    writeReport(file, [
      resultFor(verdict({ ...one, project: 'old' })),
      resultFor(failing({ ...one, project: 'new', record: failedDump() })),
    ]);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    folder.remove();
  });

  it('shows the trend of the last runs', async () => {
    const former = [3, 2].map((failed, i) => ({ time: `2026-01-0${i + 1}T00:00:00Z`, cases: 4, failed }));
    const trend = path.join(folder.path, 'trend.html');
    writeReport(trend, [resultFor(failing({}))], { former });
    const { page } = await open(browser, trend);
    const bars = page.locator('.trend g');
    assert.equal(await bars.count(), 3);
    assert.match((await bars.nth(1).locator('title').textContent())!, /2 of 4 cases failed/);
    assert.match((await page.locator('.trend').getAttribute('aria-label'))!, /last 3 runs: 3, 2, 1/);
    await page.close();
    const { page: other } = await open(browser, file);
    assert.equal(await other.locator('.trend').count(), 0);
    await other.close();
  });

  it('opens on a table with a column for each engine, whose cells open the case', async () => {
    const { page } = await open(browser, file);
    const table = page.locator('.engines table');
    assert.deepEqual(await table.locator('thead th').allTextContents(), ['case', 'change', 'old', 'new']);
    assert.equal(await table.locator('tbody .change').textContent(), 'new');
    await table.locator('tbody td').last().getByRole('button').click();
    assert.equal(await page.locator('.case').getAttribute('data-case'), '1');
    await page.close();
  });
});
