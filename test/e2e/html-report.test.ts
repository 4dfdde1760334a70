import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { Playback } from '../../reporters/shared/playback.ts';
import { replayCommand } from '../../reporters/shared/replay-command.ts';
import { endingTable } from '../../reporters/words/endings.ts';
import { describe as describeEvent } from '../../reporters/words/events.ts';
import { HOSTILE as HOSTILE_EVERYWHERE } from '../../src/boundary/harmless.ts';
import { explainProperty } from '../../src/properties/index.ts';
import type { ProtocolCoverage, Verdict } from '../../src/record/verdict.ts';
import { criuRecord, failedDump, killedRestore } from '../reporters/fixtures/criu.ts';
import { realRuns } from '../reporters/fixtures/real.ts';
import { ordinary, resultFor } from '../reporters/fixtures/results.ts';
import { buildRecord, failing, HOSTILE, VIOLATING_STEP, verdict, violation } from '../reporters/fixtures/verdicts.ts';
import { launch, type OpenPage, open, settled, skipWithoutBrowser, writeReport } from '../reporters/html/page.ts';
import { temporaryFolder } from '../support/folder.ts';

const BIDI = 'a\u202eb\u2066c\u200bd\u0007e';
/** Of one text: `HOSTILE` is global, and remembers where it was. */
const HOSTILE_CHARACTERS = new RegExp(HOSTILE_EVERYWHERE.source, 'u');
const SOURCE = `# a comment
tree: { pid: 100 }
scenario: A traced descendant
expect: { coordinator: EBUSY } # </script><!-- -->
`;

async function readText(locator: Locator): Promise<string> {
  await settled(locator.page());
  return (await locator.textContent()) ?? '';
}

describe('the HTML report in a browser', function () {
  // A browser and a build of the page, perhaps on a machine that has much else to do.
  this.timeout(120_000);
  let browser: Browser;
  const folder = temporaryFolder();
  const file = path.join(folder.path, 'report.html');
  let real: Verdict;
  let covered: ProtocolCoverage;
  let firstFailed: string;
  let shown: OpenPage;
  let page: Page;

  before(async function () {
    skipWithoutBrowser(this);
    const source = folder.write('scenarios/traced.yaml', SOURCE);
    const runs = await realRuns(['series', 'hardened'], ['1', '2', '3']);
    real = runs.find(
      (run) => run.verdict.status === 'fail' && run.verdict.violations.some((v) => v.step !== undefined),
    )!.verdict;
    firstFailed = runs.find((run) => run.verdict.status === 'fail')!.verdict.title;
    covered = runs[0]!.verdict.coverage!;
    const position = { file: source, line: 3, column: 1 };
    const other = { ...buildRecord(), backend: 'native' as const, events: buildRecord().events.slice(0, 5) };
    writeReport(file, [
      ...runs.map(({ verdict: { coverage: _, ...rest } }) => resultFor(rest)),
      resultFor(verdict({ title: 'covers', coverage: covered })),
      resultFor(failing({ title: 'made by hand', position })),
      resultFor(failing({ title: 'two ways', differential: [buildRecord(), other] })),
      resultFor(failing({ title: 'on both', position, record: buildRecord() })),
      resultFor(verdict({ title: 'on both', position, record: other, backend: 'native' })),
      resultFor(verdict({ title: 'by CRIU', backend: 'criu', record: criuRecord() })),
      resultFor(failing({ title: 'a dump that failed', backend: 'criu', record: failedDump() })),
      resultFor(failing({ title: 'a restore that was killed', backend: 'criu', record: killedRestore() })),
      resultFor(verdict({ title: 'not here', status: 'skip', reason: 'no ptrace here', tags: ['only-one'] })),
      resultFor(verdict({ title: 'a known defect', known: [violation], record: buildRecord() })),
      resultFor(failing({ title: HOSTILE, why: HOSTILE, tags: [HOSTILE] })),
      resultFor(
        failing({ title: `reads ${BIDI}`, why: BIDI, tags: [BIDI], violations: [{ ...violation, message: BIDI }] }),
      ),
      ordinary('an ordinary test', new Error('6 !== 7')),
    ]);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    folder.remove();
  });
  beforeEach(async () => {
    shown = await open(browser, file);
    page = shown.page;
    await page.waitForSelector('.list .item');
  });
  afterEach(async () => {
    if (!shown) return;
    assert.deepEqual(shown.trouble, [], 'no error, no warning, no request');
    await shown.close();
  });

  const openCase = async (title: string): Promise<void> => {
    // Where the window is narrow the open case hides the list.
    const back = page.getByRole('button', { name: /all cases/ });
    if (await back.isVisible()) await back.click();
    await page.getByLabel('search').fill(title);
    await page.locator('.list .item', { hasText: title }).first().click();
    await page.waitForSelector('.case');
    await page.locator('.list').blur();
    await settled(page);
  };
  const now = (): Promise<string> => readText(page.locator('.record output').first());

  it('opens on the first failed case, with the rule that is violated and its source', async () => {
    await page.waitForSelector('.case');
    assert.ok((await readText(page.locator('.case h2'))).includes(firstFailed));
    const [first] = await page.locator('.violations .property').allTextContents();
    const rule = await readText(page.locator('.violations .rule').first());
    const { statement, source, hint } = explainProperty(first!)!;
    for (const words of [statement, source, hint]) assert.ok(rule.includes(words), rule);
  });

  it('opens a failed case at the violating step, and says there what the record says', async () => {
    await openCase(real.title);
    const playback = new Playback(real.record!, real.violations);
    const frame = playback.frames[playback.focus - 1]!;
    const text = await now();
    assert.ok(text.startsWith(`step ${frame.step}:`), text);
    for (const event of frame.events) assert.ok(text.includes(describeEvent(event)), text);
    for (const { property } of frame.violations) assert.ok(text.includes(property), text);
    assert.ok((await page.locator('.violations .property').allTextContents()).includes(real.violations[0]!.property));
    assert.ok((await page.locator('.chart .violation').count()) > 0);
  });

  it('shows characters that hide text or turn its direction as what they are', async () => {
    const shows = async () => {
      await settled(page);
      return (await page.locator('body').textContent()) ?? '';
    };
    assert.doesNotMatch((await shows()).replace(/[\r\n\t]/g, ''), HOSTILE_CHARACTERS);
    await openCase('reads');
    const text = await shows();
    assert.match(text, /a\\u202eb\\u2066c\\u200bd\\u0007e/);
    assert.doesNotMatch(text.replace(/[\r\n\t]/g, ''), HOSTILE_CHARACTERS);
  });

  it('steps forwards and backwards, with tree and context as they were', async () => {
    await openCase(real.title);
    const playback = new Playback(real.record!, real.violations);
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
    assert.match(await now(), /before the first step/);
    await check(0);
    for (let played = 1; played <= playback.frames.length; played += 1) {
      await page.keyboard.press('ArrowRight');
      assert.ok((await now()).startsWith(`step ${playback.frames[played - 1]!.step}:`));
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
    await openCase(real.title);
    const { frames } = new Playback(real.record!, real.violations);
    const press = (key: string, times: number): Promise<void> =>
      page.evaluate(
        ([name, n]) => {
          for (let i = 0; i < n; i += 1) dispatchEvent(new KeyboardEvent('keydown', { key: name }));
        },
        [key, times] as const,
      );
    await press('Home', 1);
    await press('ArrowRight', 20);
    assert.ok((await now()).startsWith(`step ${frames[19]!.step}:`), await now());
    await press('ArrowLeft', 7);
    assert.ok((await now()).startsWith(`step ${frames[12]!.step}:`), await now());
    await press('ArrowRight', 500);
    assert.ok((await now()).startsWith(`step ${frames.at(-1)!.step}:`), await now());
  });

  it('goes to the step of a violation, and to a turn of the log', async () => {
    await openCase('made by hand');
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: `go to step ${VIOLATING_STEP}` }).click();
    assert.match(await now(), new RegExp(`^step ${VIOLATING_STEP}:.*${violation.property}`));
    await page.locator('.log li', { hasText: 'fault kill hits 101' }).getByRole('button').click();
    assert.match(await now(), /fault kill hits 101/);
    assert.equal(await page.locator('.log li.now').count(), 1);
  });

  it('has the points as columns, with the step at which each was reached', async () => {
    await openCase('made by hand');
    await page.keyboard.press('End');
    await settled(page);
    const { lanes } = new Playback(buildRecord()).at(Number.POSITIVE_INFINITY);
    const heads = await page.locator('.board table').nth(1).locator('thead th').allTextContents();
    const cells = await page.locator('.board table').nth(1).locator('tbody tr').first().locator('td').allTextContents();
    assert.match(cells[heads.indexOf('sync-1')]!, new RegExp(`\\b${lanes.get(100)!.arrivals.get('sync-1')}\\b`));
  });

  it('draws an arrow for each mark, wake-up, signal and fault', async () => {
    await openCase('made by hand');
    const { events } = buildRecord();
    for (const kind of ['mark', 'wake', 'signal', 'fault'] as const) {
      const expected = events.filter((e) => e.kind === kind && !('task' in e && e.task === e.actor)).length;
      assert.equal(await page.locator(`.chart [data-arrow="${kind}"]`).count(), expected, kind);
    }
  });

  it('shows the source with the line of the scenario', async () => {
    await openCase('made by hand');
    const marked = page.locator('.source .marked');
    await marked.waitFor();
    assert.match(await readText(marked), /3\s*scenario: A traced descendant/);
    assert.ok((await readText(page.locator('.source .lines'))).includes('</script><!-- -->'));
  });

  it('copies the command that replays', async () => {
    await openCase(real.title);
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByText('✓ copied').waitFor();
    assert.equal(await page.evaluate(() => (globalThis as { copied?: string }).copied), replayCommand(real));
  });

  it('filters by verdict, tag, property and backend', async () => {
    const titles = async (): Promise<string[]> => {
      await settled(page);
      return page.locator('.list .title').allTextContents();
    };
    await page.getByRole('button', { name: /skipped/ }).click();
    assert.deepEqual(await titles(), ['not here']);
    await page.getByRole('button', { name: 'show all' }).click();
    await page.locator('select[name=tag]').selectOption('only-one');
    assert.deepEqual(await titles(), ['not here']);
    await page.getByRole('button', { name: 'show all' }).click();
    await page.locator('select[name=property]').selectOption(violation.property);
    assert.ok((await titles()).includes('made by hand') && (await titles()).includes('a known defect'));
    assert.ok(!(await titles()).includes('not here'));
    await page.getByRole('button', { name: 'show all' }).click();
    await page.getByRole('button', { name: /known defect/ }).click();
    assert.deepEqual(await titles(), ['a known defect']);
  });

  it('groups the list by defect, and says what to do next with a finding', async () => {
    const heading = page.locator('.defect').first();
    assert.match(await readText(heading), /new defect · \d+ case/);
    await heading.click();
    const next = page.locator('.replay');
    assert.match(await readText(next), /What to do next.*npx mktrouble export .* --as markdown/s);
    await openCase('covers');
    assert.doesNotMatch(await readText(page.locator('.case')), /mktrouble export/);
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
    assert.match(await now(), /before the first step/);
    await page.goBack();
    await page.locator('.case h2', { hasText: firstFailed }).waitFor();
    await page.getByRole('button', { name: /all cases/ }).click();
    await page.getByText('Pick a case').waitFor();
  });

  it('shows two records side by side', async () => {
    await openCase('two ways');
    const records = page.locator('.record');
    assert.equal(await records.count(), 2);
    const [left, right] = [await records.nth(0).boundingBox(), await records.nth(1).boundingBox()];
    assert.ok(left!.y === right!.y && left!.x < right!.x);
  });

  it('shows the same case on two backends side by side, each with how it went there', async () => {
    await openCase('on both');
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
    await openCase('by CRIU');
    const row = (pid: number) => page.locator(`[data-criu="${pid}"] .differs`).allTextContents();
    assert.deepEqual([await row(100), await row(101), await row(102)], [[], ['100 → 7'], ['gone']]);
    assert.match(await readText(page.locator('.criu .calls')), /exit code 1.*can't fork/);
  });

  it('says why CRIU failed, and has no steps to play', async () => {
    await openCase('a dump that failed');
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
    await openCase('a restore that was killed');
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
    await openCase(real.title);
    const { rows } = endingTable(real.endings!);
    const shown = page.locator('.endings tbody tr');
    assert.equal(await shown.count(), rows.length);
    for (const [i, { coordinator, tasks, violates }] of rows.entries()) {
      const text = await readText(shown.nth(i));
      for (const words of [coordinator, ...tasks, ...(violates ?? [])])
        assert.ok(text.includes(words), `${text}: ${words}`);
    }
  });

  it('lists what of a protocol was reached, and unreached steps', async () => {
    await page.getByRole('button', { name: /all cases/ }).click();
    const never = page.locator('.coverage .points .never');
    await page.locator('.coverage h2').waitFor();
    const { points } = covered;
    assert.equal(await never.count(), points.filter(({ reached }) => !reached).length);
    assert.equal(await page.locator('.coverage .points li').count(), points.length);
    await page.getByLabel('only unreached steps').check();
    await settled(page);
    assert.equal(await page.locator('.coverage .points li').count(), await never.count());
    assert.equal(
      await page.locator('.coverage .functions ol li').count(),
      covered.steps.filter(({ reached }) => !reached).length,
    );
  });

  it('shows skips, ordinary tests and hostile text as they are', async () => {
    await openCase('not here');
    assert.match(await readText(page.locator('.reason')), /no ptrace here/);
    await openCase('an ordinary test');
    assert.match(await readText(page.locator('.reason')), /6 !== 7/);
    await openCase('alert(1)');
    assert.ok((await readText(page.locator('.case .why'))).includes('</system-out></script><script>alert(1)</script>'));
  });

  it('opens a link to a case at a step', async () => {
    await openCase('made by hand');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/step=2/);
    const hash = await page.evaluate(() => location.hash);
    const again = await open(browser, file, hash);
    await again.page.waitForSelector('.record output');
    assert.equal(await readText(again.page.locator('.record output')), await now());
    assert.deepEqual(again.trouble, []);
    await again.close();
  });

  it('is light and dark, by the system or by choice', async () => {
    const paper = (on: Page): Promise<string> => on.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper(page);
    const dark = await open(browser, file, '', { colorScheme: 'dark' });
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
    await openCase('made by hand');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const slider = await page.getByRole('slider').first().boundingBox();
    assert.ok(slider!.x >= 0 && slider!.x + slider!.width <= 420, JSON.stringify(slider));
    await page.getByRole('button', { name: /all cases/ }).click();
    assert.ok(await page.locator('.list').isVisible());
  });
});
