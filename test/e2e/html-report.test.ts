/** An open case of the HTML report: its violations, its steps, its records. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Playback } from '../../reporters/shared/playback.ts';
import { replayCommand } from '../../reporters/shared/replay-command.ts';
import { endingTable } from '../../reporters/words/endings.ts';
import { describe as describeEvent } from '../../reporters/words/events.ts';
import { explainProperty } from '../../src/properties/index.ts';
import { buildRecord, VIOLATING_STEP, violation } from '../reporters/fixtures/verdicts.ts';
import { settled } from '../reporters/html/page.ts';
import { now, openCase, readText, type Sample, useSample } from '../reporters/html/sample.ts';

describe('a case of the HTML report in a browser', function () {
  // A browser and a build of the page, perhaps on a machine that has much else to do.
  this.timeout(120_000);
  const opened = useSample();
  let page: Page;
  let sample: Sample;
  beforeEach(() => {
    ({ page, sample } = opened);
  });

  it('opens on the first failed case, with the rule that is violated and its source', async () => {
    await page.waitForSelector('.case');
    assert.ok((await readText(page.locator('.case h2'))).includes(sample.firstFailed));
    const [first] = await page.locator('.violations .property').allTextContents();
    const rule = await readText(page.locator('.violations .rule').first());
    const { statement, source, hint } = explainProperty(first!)!;
    for (const words of [statement, source, hint]) assert.ok(rule.includes(words), rule);
  });

  it('opens a failed case at the violating step, and says there what the record says', async () => {
    await openCase(page, sample.real.title);
    const playback = new Playback(sample.real.record!, sample.real.violations);
    const frame = playback.frames[playback.focus - 1]!;
    const text = await now(page);
    assert.ok(text.startsWith(`step ${frame.step}:`), text);
    for (const event of frame.events) assert.ok(text.includes(describeEvent(event)), text);
    for (const { property } of frame.violations) assert.ok(text.includes(property), text);
    assert.ok(
      (await page.locator('.violations .property').allTextContents()).includes(sample.real.violations[0]!.property),
    );
    assert.ok((await page.locator('.chart .violation').count()) > 0);
  });

  it('steps forwards and backwards, with tree and context as they were', async () => {
    await openCase(page, sample.real.title);
    const playback = new Playback(sample.real.record!, sample.real.violations);
    const check = async (played: number): Promise<void> => {
      const { lanes, context } = playback.at(played);
      for (const lane of lanes.values()) {
        const task = page.locator(`.tree [data-task="${lane.id}"]`);
        assert.match(
          (await task.getAttribute('class'))!,
          new RegExp(`\\b${lane.doing}\\b`),
          `${lane.id} after ${played}`,
        );
        assert.equal(await task.locator('.mark').count(), lane.marked ? 1 : 0);
      }
      const field = (name: string): Promise<string> => readText(page.locator(`.context [data-field="${name}"] dd`));
      assert.equal((await field('kflags')).includes('ERROR'), context.error);
      assert.ok((await field('errno')).startsWith(context.errno ?? '0'));
      assert.equal((await field('active_pid')).split(' ')[0], String(context.activePid));
      assert.ok(
        (await field('refcount')).startsWith(context.freed ? 'freed' : String(context.references ?? 'unknown')),
      );
    };
    await page.keyboard.press('Home');
    assert.match(await now(page), /before the first step/);
    await check(0);
    for (let played = 1; played <= playback.frames.length; played += 1) {
      await page.keyboard.press('ArrowRight');
      assert.ok((await now(page)).startsWith(`step ${playback.frames[played - 1]!.step}:`));
      if (played % 10 === 0) await check(played);
    }
    await page.keyboard.press('ArrowLeft');
    await check(playback.frames.length - 1);
    await page.keyboard.press('v');
    await check(playback.focus);
    await page.getByLabel('step', { exact: true }).fill('7');
    await check(7);
  });

  it('misses no key, however fast they come', async () => {
    await openCase(page, sample.real.title);
    const { frames } = new Playback(sample.real.record!, sample.real.violations);
    const press = (key: string, times: number): Promise<void> =>
      page.evaluate(
        ([name, n]) => {
          for (let i = 0; i < n; i += 1) dispatchEvent(new KeyboardEvent('keydown', { key: name }));
        },
        [key, times] as const,
      );
    await press('Home', 1);
    await press('ArrowRight', 20);
    assert.ok((await now(page)).startsWith(`step ${frames[19]!.step}:`), await now(page));
    await press('ArrowLeft', 7);
    assert.ok((await now(page)).startsWith(`step ${frames[12]!.step}:`), await now(page));
    await press('ArrowRight', 500);
    assert.ok((await now(page)).startsWith(`step ${frames.at(-1)!.step}:`), await now(page));
  });

  it('goes to the step of a violation, and to a turn of the log', async () => {
    await openCase(page, 'made by hand');
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: `go to step ${VIOLATING_STEP}` }).click();
    assert.match(await now(page), new RegExp(`^step ${VIOLATING_STEP}:.*${violation.property}`));
    await page.locator('.log li', { hasText: 'fault kill hits 101' }).getByRole('button').click();
    assert.match(await now(page), /fault kill hits 101/);
    assert.equal(await page.locator('.log li.now').count(), 1);
  });

  it('has the points as columns, with the step at which each was reached', async () => {
    await openCase(page, 'made by hand');
    await page.keyboard.press('End');
    await settled(page);
    const { lanes } = new Playback(buildRecord()).at(Number.POSITIVE_INFINITY);
    const heads = await page.locator('.board table').nth(1).locator('thead th').allTextContents();
    const cells = await page.locator('.board table').nth(1).locator('tbody tr').first().locator('td').allTextContents();
    assert.match(cells[heads.indexOf('sync-1')]!, new RegExp(`\\b${lanes.get(100)!.arrivals.get('sync-1')}\\b`));
  });

  it('draws an arrow for each mark, wake-up, signal and fault', async () => {
    await openCase(page, 'made by hand');
    const { events } = buildRecord();
    for (const kind of ['mark', 'wake', 'signal', 'fault'] as const) {
      const expected = events.filter((e) => e.kind === kind && !('task' in e && e.task === e.actor)).length;
      assert.equal(await page.locator(`.chart [data-arrow="${kind}"]`).count(), expected, kind);
    }
  });

  it('shows the source with the line of the scenario', async () => {
    await openCase(page, 'made by hand');
    const marked = page.locator('.source .marked');
    await marked.waitFor();
    assert.match(await readText(marked), /3\s*scenario: A traced descendant/);
    assert.ok((await readText(page.locator('.source .lines'))).includes('</script><!-- -->'));
  });

  it('copies the command that replays', async () => {
    await openCase(page, sample.real.title);
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByText('✓ copied').waitFor();
    assert.equal(await page.evaluate(() => (globalThis as { copied?: string }).copied), replayCommand(sample.real));
  });

  it('shows two records side by side', async () => {
    await openCase(page, 'two ways');
    const records = page.locator('.record');
    assert.equal(await records.count(), 2);
    const [left, right] = [await records.nth(0).boundingBox(), await records.nth(1).boundingBox()];
    assert.ok(left!.y === right!.y && left!.x < right!.x);
  });

  it('shows the same case on two backends side by side, each with how it went there', async () => {
    await openCase(page, 'on both');
    const heads = page.locator('.record h3');
    await heads.nth(1).waitFor();
    assert.equal(await heads.count(), 2);
    assert.match(await readText(heads.nth(0)), /On simulated: failed/);
    assert.match(await readText(heads.nth(1)), /On native: passed/);
    const cursor = await page.locator('.chart .cursor').first().boundingBox();
    const chart = await page.locator('.chart .scroll').first().boundingBox();
    assert.ok(cursor!.x >= chart!.x && cursor!.x + cursor!.width <= chart!.x + chart!.width, 'the step is in sight');
  });

  it('shows a tree before and after CRIU, and how its calls ended', async () => {
    await openCase(page, 'by CRIU');
    const row = (pid: number) => page.locator(`[data-criu="${pid}"] .differs`).allTextContents();
    assert.deepEqual([await row(100), await row(101), await row(102)], [[], ['100 → 7'], ['gone']]);
    const cells = await page.locator('[data-criu="100"] td').allTextContents();
    assert.ok(cells.includes('sleeping') && !cells.some((cell) => /^[0-9a-f]{16}$/.test(cell)), cells.join('; '));
    assert.match(await readText(page.locator('.criu .calls')), /exit code 1.*can't fork/);
  });

  it('says why CRIU failed, and has no steps to play', async () => {
    await openCase(page, 'a dump that failed');
    assert.match(
      await readText(page.locator('.violations .cause')),
      /dump: exit code 1 after 27 ms: proc_parse\.c:486/,
    );
    assert.match(await readText(page.locator('.criu .calls')), /exit code 1 after 27 ms.*cr-dump\.c:2111/s);
    assert.match(await readText(page.locator('.record .tree')), /CRIU\s*failed/);
    for (const part of ['.record .log', '.record .scrubber', '.endings'])
      assert.equal(await page.locator(part).count(), 0);
  });

  it('says of a call that hung where each process waits', async () => {
    await openCase(page, 'a restore that was killed');
    const calls = await readText(page.locator('.criu .calls'));
    for (const words of [
      /killed by SIGSEGV after 3 ms/,
      /SIGUSR1 to 101/,
      /criu 77: sleeping in do_wait/,
      /task 101: stopped/,
    ])
      assert.match(calls, words);
  });

  it('has a row for each way to end, with what is violated in it', async () => {
    await openCase(page, sample.real.title);
    const { rows } = endingTable(sample.real.endings!);
    const shown = page.locator('.endings tbody tr');
    assert.equal(await shown.count(), rows.length);
    for (const [i, { coordinator, tasks, violates }] of rows.entries()) {
      const text = await readText(shown.nth(i));
      for (const words of [coordinator, ...tasks, ...(violates ?? [])])
        assert.ok(text.includes(words), `${text}: ${words}`);
    }
  });
});
