/** Renders the picture of README in a browser: `npm run docs:images`. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launch, open } from '../../test/reporters/html/page.ts';
import { ROOT } from '../../test/support/markdown.ts';
import { mktrouble } from '../../test/support/program.ts';

const IMAGES = path.join(ROOT, 'docs/images');
const EXAMPLE = 'docs/examples/healthy.yaml';
const COLUMNS = 100;

const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-images-'));
try {
  mkdirSync(IMAGES, { recursive: true });
  const report = path.join(folder, 'report.html');
  const args = ['run', EXAMPLE, '--replays', folder, '--reporter', 'spec', '--reporter', `html=${report}`];
  const env = { COLUMNS: String(COLUMNS), LANG: 'C.UTF-8', NO_COLOR: '', FORCE_COLOR: '1' };
  await mktrouble(args, { env });
  await photograph(report);
} finally {
  rmSync(folder, { recursive: true });
}
for (const file of ['timeline-light.png', 'timeline-dark.png'])
  console.log(`docs/images/${file}: ${statSync(path.join(IMAGES, file)).size} bytes`);

/** The case of the example at its violating step, in both themes. */
async function photograph(report: string): Promise<void> {
  const browser = await launch();
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const shown = await open(browser, report, '#case=0', { colorScheme, viewport: { width: 1200, height: 900 } });
      await shown.page.locator('.record').waitFor();
      await shown.page.locator('.record').scrollIntoViewIfNeeded();
      // The step's words and the lanes are drawn once everything has its place.
      await shown.page.locator('.chart .cursor').waitFor();
      await shown.page.locator('.record').screenshot({
        path: path.join(IMAGES, `timeline-${colorScheme}.png`),
        style: '.log { display: none } .overview { visibility: hidden }',
      });
      await shown.close();
    }
  } finally {
    await browser.close();
  }
}
