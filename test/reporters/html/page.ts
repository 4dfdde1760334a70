/** A report in a real browser: Debian's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Html } from '../../../reporters/listeners/html.ts';
import type { ReporterOptions } from '../../../reporters/shared/listener.ts';
import { fileOutput } from '../../../reporters/shared/output.ts';
import type { CaseResult } from '../../../reporters/shared/result.ts';
import { buildSummary } from '../fixtures/results.ts';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; undefined when it is not on this machine. */
export const CHROMIUM = PLACES.find((place) => place !== undefined && existsSync(place));

/** Skips a suite, with the reason, where there is no browser. */
export function skipWithoutBrowser(context: Mocha.Context): void {
  if (CHROMIUM) return;
  console.log('      skipped: there is no Chromium here (apt-get install chromium, or set CHROMIUM)');
  context.skip();
}

/** Writes the report of these results. */
export function writeReport(file: string, results: readonly CaseResult[], options: ReporterOptions = {}): void {
  const out = fileOutput(file);
  const html = new Html({ out, options });
  for (const result of results) html.result(result);
  html.end(buildSummary(results));
  out.close();
}

export async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', ...quiet];
  return chromium.launch({ executablePath: CHROMIUM!, args });
}

export interface OpenPage {
  readonly page: Page;
  /** Console errors, exceptions, and requests for anything but the page itself. */
  readonly trouble: string[];
  close(): Promise<void>;
}

/** Opens a report from disk in a browser profile of its own. */
export async function open(
  browser: Browser,
  file: string,
  hash = '',
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:') && !url.startsWith('blob:'))
      trouble.push(`request for ${url}`);
  });
  // What the page copies, where the test can see it: a headless browser has no clipboard worth the name.
  await page.addInitScript({
    content:
      "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { globalThis.copied = text; } } });",
  });
  await page.goto(address + hash);
  return { page, trouble, close: () => context.close() };
}

/**
 * Waits until the page shows what the last action asked for: nothing is being unpacked, and what was scheduled for after
 * the next frame has run. Without it a read right after an action races with the page on a loaded machine.
 */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.loading') === null);
  await page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames += 1)
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  });
}
