/** The page around the cases: its list, filters and groups, keys, addresses, themes and widths. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { violation } from '../reporters/fixtures/verdicts.ts';
import { settled } from '../reporters/html/page.ts';
import { HOSTILE_CHARACTERS, now, openCase, readText, type Sample, useSample } from '../reporters/html/sample.ts';

describe('the list of the HTML report in a browser', function () {
  // A browser and a build of the page, perhaps on a machine that has much else to do.
  this.timeout(120_000);
  const opened = useSample();
  let page: Page;
  let sample: Sample;
  beforeEach(() => {
    ({ page, sample } = opened);
  });

  it('shows characters that hide text or turn its direction as what they are', async () => {
    const shows = async () => {
      await settled(page);
      return (await page.locator('body').textContent()) ?? '';
    };
    assert.doesNotMatch((await shows()).replace(/[\r\n\t]/g, ''), HOSTILE_CHARACTERS);
    await openCase(page, 'reads');
    const text = await shows();
    assert.match(text, /a\\u202eb\\u2066c\\u200bd\\u0007e/);
    assert.doesNotMatch(text.replace(/[\r\n\t]/g, ''), HOSTILE_CHARACTERS);
  });

  it('filters by verdict, tag, property and backend', async () => {
    const titles = async (): Promise<string[]> => {
      await settled(page);
      return page.locator('.list .title').allTextContents();
    };
    await page.getByRole('button', { name: /skipped/ }).click();
    assert.deepEqual(await titles(), ['not here']);
    await page.getByRole('button', { name: 'show all' }).click();
    const filters = page.locator('.filters summary');
    await filters.click();
    await page.locator('select[name=tag]').selectOption('only-one');
    assert.deepEqual(await titles(), ['not here']);
    await page.getByRole('button', { name: 'show all' }).click();
    if (!(await page.locator('select[name=property]').isVisible())) await filters.click();
    await page.locator('select[name=property]').selectOption(violation.property);
    assert.ok((await titles()).includes('made by hand') && (await titles()).includes('a known defect'));
    assert.ok(!(await titles()).includes('not here'));
    await page.getByRole('button', { name: 'show all' }).click();
    await page.getByRole('button', { name: /known defect/ }).click();
    assert.deepEqual(await titles(), ['a known defect']);
  });

  it('groups the list by defect, and says what to do next with a finding', async () => {
    const heading = page.locator('.defect').first();
    assert.match(await readText(heading), /^new defect · \d+ case/);
    await heading.click();
    const next = page.locator('.replay');
    assert.match(await readText(next), /What to do next.*npx mktrouble export .* --as markdown/s);
    await openCase(page, 'covers');
    assert.doesNotMatch(await readText(page.locator('.case')), /mktrouble export/);
  });

  it('lists the defects of the run, the new ones first, each with its cases and a way to the first', async () => {
    await page.getByRole('button', { name: /all cases/ }).click();
    const rows = page.locator('.defects li');
    await rows.first().waitFor();
    const states = await rows.locator('.state').allTextContents();
    const isOld = (state: string) => Number(state === 'known' || state === 'flaky');
    assert.deepEqual(
      states,
      [...states].sort((a, b) => isOld(a) - isOld(b)),
    );
    const title = await readText(rows.first().locator('b'));
    assert.match(await readText(rows.first().locator('.cases')), /^\d+ cases?/);
    await rows.first().getByRole('button').click();
    await page.waitForSelector('.case');
    assert.ok((await readText(page.locator('.case'))).includes(title) || (await page.locator('.defect').count()) > 0);
    assert.match(await readText(page.locator('.case .badge')), /failed/);
  });

  it('is worked by keyboard alone', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('made by hand');
    await page.locator('.list').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.case');
    assert.match(await readText(page.locator('.case h2')), /made by hand/);
    await page.locator('.list').blur();
    await page.keyboard.press('Home');
    assert.match(await now(page), /before the first step/);
    await page.goBack();
    await page.locator('.case h2', { hasText: sample.firstFailed }).waitFor();
    await page.getByRole('button', { name: /all cases/ }).click();
    await page.getByText('Pick a case').waitFor();
  });

  it('lists what of a protocol was reached, and unreached steps', async () => {
    await page.getByRole('button', { name: /all cases/ }).click();
    const never = page.locator('.coverage .points .never');
    await page.locator('.coverage h2').waitFor();
    const { points } = sample.covered;
    assert.equal(await never.count(), points.filter(({ reached }) => !reached).length);
    assert.equal(await page.locator('.coverage .points li').count(), points.length);
    await page.getByLabel('only unreached steps').check();
    await settled(page);
    assert.equal(await page.locator('.coverage .points li').count(), await never.count());
    assert.equal(
      await page.locator('.coverage .functions ol li').count(),
      sample.covered.steps.filter(({ reached }) => !reached).length,
    );
  });

  it('shows skips, ordinary tests and hostile text as they are', async () => {
    await openCase(page, 'not here');
    assert.match(await readText(page.locator('.reason')), /no ptrace here/);
    await openCase(page, 'an ordinary test');
    assert.match(await readText(page.locator('.reason')), /6 !== 7/);
    await openCase(page, 'alert(1)');
    assert.ok((await readText(page.locator('.case .why'))).includes('</system-out></script><script>alert(1)</script>'));
  });

  it('opens a link to a case at a step', async () => {
    await openCase(page, 'made by hand');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/step=2/);
    const hash = await page.evaluate(() => location.hash);
    const again = await opened.again(hash);
    await again.page.waitForSelector('.record output');
    assert.equal(await readText(again.page.locator('.record output')), await now(page));
    assert.deepEqual(again.trouble, []);
    await again.close();
  });

  it('is light and dark, by the system or by choice', async () => {
    const paper = (on: Page): Promise<string> => on.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper(page);
    const dark = await opened.again('', { colorScheme: 'dark' });
    await dark.page.waitForSelector('.list .item');
    assert.notEqual(await paper(dark.page), light);
    await dark.page.getByRole('button', { name: /light/ }).click();
    await settled(dark.page);
    assert.equal(await paper(dark.page), light);
    const pictures = [await page.screenshot(), await dark.page.screenshot()];
    for (const picture of pictures) assert.ok(picture.length > 10_000, 'a picture with something on it');
    await dark.close();
  });

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 420, height: 800 });
    await openCase(page, 'made by hand');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const slider = await page.getByRole('slider').first().boundingBox();
    assert.ok(slider!.x >= 0 && slider!.x + slider!.width <= 420, JSON.stringify(slider));
    await page.getByRole('button', { name: /all cases/ }).click();
    assert.ok(await page.locator('.list').isVisible());
    await page.getByLabel('search').fill('');
    await settled(page);
    const [list, rows] = [await page.locator('.list').boundingBox(), await page.locator('.list .item').count()];
    const row = await page.locator('.list .item').first().boundingBox();
    assert.ok(rows * row!.height >= list!.height, `${rows} rows do not fill the list`);
  });
});
