/** A report with a case of each kind, and what its tests do with a page: shared by the browser tests of the list and of a case. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { HOSTILE as HOSTILE_EVERYWHERE } from '../../../src/boundary/harmless.ts';
import type { ProtocolCoverage, Verdict } from '../../../src/record/verdict.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { criuRecord, failedDump, killedRestore } from '../fixtures/criu.ts';
import { realRuns } from '../fixtures/real.ts';
import { ordinary, resultFor } from '../fixtures/results.ts';
import { buildRecord, failing, HOSTILE, verdict, violation } from '../fixtures/verdicts.ts';
import { launch, type OpenPage, open, settled, skipWithoutBrowser, writeReport } from './page.ts';

const BIDI = 'a\u202eb\u2066c\u200bd\u0007e';
/** Of one text: `HOSTILE` is global, and remembers where it was. */
export const HOSTILE_CHARACTERS = new RegExp(HOSTILE_EVERYWHERE.source, 'u');
const SOURCE = `# a comment
tree: { pid: 100 }
scenario: A traced descendant
expect: { coordinator: EBUSY } # </script><!-- -->
`;

export interface Sample {
  readonly file: string;
  /** A failed case that was explored, and violates a property at a step. */
  readonly real: Verdict;
  readonly covered: ProtocolCoverage;
  /** The title of the case on which the page opens. */
  readonly firstFailed: string;
}

/** Writes the report into the folder. */
async function writeSample(folder: Folder): Promise<Sample> {
  const file = path.join(folder.path, 'report.html');
  const source = folder.write('scenarios/traced.yaml', SOURCE);
  const runs = await realRuns(['series', 'hardened'], ['1', '2', '3']);
  const real = runs.find(
    (run) => run.verdict.status === 'fail' && run.verdict.violations.some((v) => v.step !== undefined),
  )!.verdict;
  const firstFailed = runs.find((run) => run.verdict.status === 'fail')!.verdict.title;
  const covered = runs[0]!.verdict.coverage!;
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
  return { file, real, covered, firstFailed };
}

/** The sample, open in a browser. */
export interface OpenSample {
  readonly sample: Sample;
  readonly page: Page;
  /** Opens it once more, in a profile of its own. */
  again(hash: string, options?: BrowserContextOptions): Promise<OpenPage>;
}

/** Opens the sample before each test of the suite that calls this; what it has is of the test under way. Nothing goes wrong in the page. */
export function useSample(): OpenSample {
  const folder = temporaryFolder();
  let browser: Browser | undefined;
  let sample: Sample;
  let shown: OpenPage | undefined;
  before(async function () {
    skipWithoutBrowser(this);
    sample = await writeSample(folder);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    folder.remove();
  });
  const again: OpenSample['again'] = (hash, options) => open(browser!, sample.file, hash, options);
  beforeEach(async () => {
    shown = await again('');
    await shown.page.waitForSelector('.list .item');
  });
  afterEach(async () => {
    if (!shown) return;
    assert.deepEqual(shown.trouble, [], 'no error, no warning, no request');
    await shown.close();
  });
  return {
    get sample() {
      return sample;
    },
    get page() {
      return shown!.page;
    },
    again,
  };
}

/** What an element shows once the page has settled. */
export async function readText(locator: Locator): Promise<string> {
  await settled(locator.page());
  return (await locator.textContent()) ?? '';
}

/** Opens the first case whose title has these words, by the list. */
export async function openCase(page: Page, title: string): Promise<void> {
  // Where the window is narrow the open case hides the list.
  const back = page.getByRole('button', { name: /all cases/ });
  if (await back.isVisible()) await back.click();
  await page.getByLabel('search').fill(title);
  await page.locator('.list .item', { hasText: title }).first().click();
  await page.waitForSelector('.case');
  await page.locator('.list').blur();
  await settled(page);
}

/** What the page says of the step that it shows. */
export function now(page: Page): Promise<string> {
  return readText(page.locator('.record output').first());
}
