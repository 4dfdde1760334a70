/** A run in the HTML report is played on: from any step, to an outcome, to a state of the graph; and what was played is saved. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { parseReplay } from '../../src/injector/replay-file.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { resultFor } from '../reporters/fixtures/results.ts';
import { launch, type OpenPage, open, settled, skipWithoutBrowser, writeReport } from '../reporters/html/page.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Bytes of a page with a compiled protocol. */
const LARGEST = 1_500_000;

/** Small enough for a graph; the coordinator cannot always end as expected. */
const SCENARIO = `scenario: A signal wakes the coordinator
tree: { pid: 100 }
faults: [{ signal: SIGUSR1, name: usr1, to: coordinator, when: any }]
explore: exhaustive
expect: { coordinator: ok }
`;

describe('a run that is played on in the HTML report', function () {
  this.timeout(120_000);
  let browser: Browser;
  const folder = temporaryFolder();
  const file = path.join(folder.path, 'report.html');
  let verdict: Verdict;
  let shown: OpenPage;
  let page: Page;

  before(async function () {
    skipWithoutBrowser(this);
    const backend = await openBackend('simulated');
    verdict = await runCase(parseScenarios(SCENARIO, 'a.yaml').cases[0]!, { backend });
    await backend.dispose();
    assert.equal(verdict.status, 'fail');
    writeReport(file, [resultFor(verdict)]);
    assert.ok(statSync(file).size <= LARGEST, `${statSync(file).size} bytes`);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    folder.remove();
  });
  beforeEach(async () => {
    shown = await open(browser, file);
    page = shown.page;
    await page.waitForSelector('.case .begin');
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'play on from here' }).click();
    await page.waitForSelector('.choices button');
  });
  afterEach(async () => {
    if (!shown) return;
    assert.deepEqual(shown.trouble, [], 'no error, no warning, no request');
    await shown.close();
  });

  const choices = (): Promise<string[]> => page.locator('.choices button').allTextContents();
  /** The text of a file that the page offers. */
  const saved = async (what: string): Promise<string> => {
    const address = await page.getByRole('link', { name: `save as a ${what}` }).getAttribute('href');
    return decodeURIComponent(address!.slice(address!.indexOf(',') + 1));
  };

  it('takes another branch, step by step, and back', async () => {
    const atStart = await choices();
    assert.ok(atStart.length > 1, String(atStart));
    await page.locator('.choices button').nth(1).click();
    await page.getByText('Your branch').waitFor();
    await page.keyboard.press('1');
    await page.getByText('2 steps so far').waitFor();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.getByText('0 steps so far').waitFor();
    assert.deepEqual(await choices(), atStart);
    await page.getByRole('button', { name: 'back to the recorded run' }).click();
    await page.getByText('Your branch').waitFor({ state: 'detached' });
  });

  it('lets a fault fire', async () => {
    await page.locator('.choices .fault').first().click();
    await page.getByText('Your branch').waitFor();
    await settled(page);
    assert.match((await page.locator('.record output').textContent()) ?? '', /usr1/);
    assert.equal(await page.locator('.choices .fault').count(), 0, 'it fires once');
  });

  it('runs to the end, and saves the branch as a scenario that passes', async () => {
    await page.getByRole('button', { name: 'run to the end' }).click();
    await page.getByText('Here the run is over').waitFor();
    assert.equal(await page.locator('.choices button').count(), 0);
    const { cases, diagnostics } = parseScenarios(await saved('scenario'), 'branch.yaml');
    assert.deepEqual(diagnostics, []);
    const backend = await openBackend('simulated');
    const { status } = await runCase(cases[0]!, { backend });
    await backend.dispose();
    assert.equal(status, 'pass');
  });

  it('leads from an outcome to a run that has it, which is saved as a replay file', async () => {
    const row = page.locator('.endings tr.violating').first();
    const outcome = (await row.locator('th').textContent())!.trim();
    await row.locator('th button').click();
    await page.getByText('Your branch').waitFor();
    await page.getByText('Here the run is over').waitFor();
    assert.match((await page.locator('.branch-verdict').textContent()) ?? '', /expectation/);
    assert.ok((await page.locator('.record .state').textContent())!.includes(outcome), outcome);
    const replay = parseReplay(await saved('replay file'), 'branch.replay.yaml');
    assert.ok(typeof replay !== 'string', String(replay));
    assert.equal(replay.property, 'expectation');
  });

  it('browses the graph of states', async () => {
    await page.locator('.graph summary').click();
    const ends = page.locator('.graph circle.end');
    await ends.first().waitFor();
    assert.ok((await page.locator('.graph circle.end.bad').count()) > 0);
    assert.equal(await page.locator('.graph circle.here').count(), 1);
    await page.locator('.graph circle.end.bad').first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('Here the run is over').waitFor();
    await page.locator('.graph circle.end.bad.here').waitFor();
    assert.match((await page.locator('.branch-verdict').textContent()) ?? '', /expectation/);
  });
});
