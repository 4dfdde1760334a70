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
