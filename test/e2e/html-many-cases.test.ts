/** The HTML report of many cases: its size, and a browser that opens it. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { resultFor } from '../reporters/fixtures/results.ts';
import { buildRecord, failing, verdict } from '../reporters/fixtures/verdicts.ts';
import { launch, type OpenPage, open, skipWithoutBrowser, writeReport } from '../reporters/html/page.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('the HTML report of many cases', function () {
  this.timeout(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  it('keeps the details of passed cases small, and the sources once', () => {
    const file = path.join(folder.path, 'report.html');
    writeReport(
      file,
      Array.from({ length: 2_000 }, (_, i) => resultFor(verdict({ title: `case ${i}`, record: buildRecord() }))),
    );
    assert.ok(statSync(file).size < 6_000_000, `${statSync(file).size} bytes`);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /(src|href)="(?!data:)[^"#]/, 'nothing is fetched');
  });

  describe('in a browser', () => {
    let browser: Browser;
    before(async function () {
      skipWithoutBrowser(this);
      browser = await launch();
    });
    after(() => browser?.close());

    /** The report, opened, and after how many milliseconds its list was there. */
    const opened = async (name: string, results: readonly CaseResult[]): Promise<OpenPage & { ready: number }> => {
      const file = path.join(folder.path, name);
      writeReport(file, results);
      const shown = await open(browser, file);
      await shown.page.waitForSelector('.list .item');
      return { ...shown, ready: await shown.page.evaluate(() => performance.now()) };
    };

    /** Milliseconds from a scrolled list to the frame that shows it; the median of many. */
    const frameOf = (page: Page): Promise<number> =>
      page.evaluate(async () => {
        const list = document.querySelector('.list')!;
        const times: number[] = [];
        for (let i = 1; i <= 41; i += 1) {
          const start = performance.now();
          list.scrollTop = (i * list.scrollHeight) / 41;
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b)[20]!;
      });

    it('opens 10,000 in a few times what one takes, and scrolls through them as smoothly', async () => {
      const one = await opened('one.html', [resultFor(failing({ title: 'case 0' }))]);
      const record = buildRecord();
      const results = Array.from({ length: 10_000 }, (_, i) => {
        const title = `case ${i}`;
        return resultFor(i % 10 === 0 ? failing({ title }) : verdict({ title, record, tags: [`t${i % 50}`] }));
      });
      const big = await opened('many.html', results);
      assert.ok((await big.page.locator('.list .item').count()) < 100, 'only rows in sight exist');
      /* three to five times on an idle machine; drawing all rows would need far more, for each frame as well */
      assert.ok(big.ready < 20 * one.ready, `${Math.round(big.ready)} ms, and one ${Math.round(one.ready)} ms`);
      const frames = [await frameOf(big.page), await frameOf(one.page)] as const;
      assert.ok(frames[0] < 10 * frames[1], `${frames.map(Math.round).join(' and ')} ms between frames`);
      await big.page.locator('.list .item').last().click();
      await big.page.waitForSelector('.record');
      assert.deepEqual([...big.trouble, ...one.trouble], []);
      await Promise.all([big.close(), one.close()]);
    });
  });
});
