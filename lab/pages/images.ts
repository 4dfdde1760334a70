/** Makes the pictures of README anew: `npm run docs:images`. The timeline from a real browser, the terminal from real runs. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { stepThrough } from '../../reporters/stepper.ts';
import { readReplay, verdictOfReplay } from '../../src/cli/replay.ts';
import { launch, open } from '../../test/reporters/html/page.ts';
import { ROOT } from '../../test/support/markdown.ts';
import { mktrouble } from '../../test/support/program.ts';
import { type Screen, terminalSvg } from './terminal-svg.ts';

const IMAGES = path.join(ROOT, 'docs/images');
const EXAMPLE = 'docs/examples/healthy.yaml';
const COLUMNS = 100;
const ROWS = 30;

const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-images-'));
try {
  mkdirSync(IMAGES, { recursive: true });
  const report = path.join(folder, 'report.html');
  const args = ['run', EXAMPLE, '--replays', folder, '--reporter', 'spec', '--reporter', `html=${report}`];
  const env = { COLUMNS: String(COLUMNS), LANG: 'C.UTF-8', NO_COLOR: '', FORCE_COLOR: '1' };
  const { stdout } = await mktrouble(args, { env });
  await photograph(report);
  const [, replay] = /mktrouble replay (\S+)/.exec(stdout)!;
  const told = stdout.replaceAll(folder, '.mktrouble');
  writeFileSync(
    path.join(IMAGES, 'terminal.svg'),
    terminalSvg([...ran(told), ...(await stepped(replay!))], COLUMNS, ROWS),
  );
} finally {
  rmSync(folder, { recursive: true });
}
for (const file of ['timeline-light.png', 'timeline-dark.png', 'terminal.svg'])
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

/** The command, and what it says, from the end of its output. */
function ran(output: string): Screen[] {
  const prompt = '\u001b[32m$\u001b[39m \u001b[1mnpx mktrouble run docs/examples/healthy.yaml\u001b[22m';
  const lines = output
    .split(/^.*Failed.*$/m)[0]!
    .trimEnd()
    .split('\n')
    .flatMap(folded);
  const from = lines.findIndex((line) => line.includes('timeline'));
  return [
    { lines: [prompt], seconds: 1.5 },
    { lines: [prompt, ...lines].slice(0, ROWS), seconds: 5 },
    { lines: lines.slice(Math.max(from, lines.length - ROWS)), seconds: 6 },
  ];
}

/** The finding stepped through with the arrow keys: to the defect, and what comes of it. */
async function stepped(replay: string): Promise<Screen[]> {
  const read = readReplay(replay);
  if (typeof read === 'number') throw new Error(`${replay} is no replay file`);
  const { title, record, case: c, violations } = await verdictOfReplay(read, 'simulated');
  const screens: Screen[] = [];
  const screen = Object.assign(new PassThrough(), { isTTY: true, columns: COLUMNS, rows: ROWS });
  screen.on('data', (chunk) => {
    const text = String(chunk);
    if (text.startsWith('\u001b[H'))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is taken out
      screens.push({ lines: text.replace(/\u001b\[[HKJ]/g, '').split('\r\n'), seconds: 0.9 });
  });
  const keyboard = new PassThrough();
  const env = { LANG: 'C.UTF-8', TERM: 'xterm', FORCE_COLOR: '1' };
  const done = stepThrough({ title, record: record!, case: c, violations }, keyboard, screen as never, env);
  for (const key of ['\u001b[D'.repeat(6), '\u001b[C'.repeat(14)]) keyboard.write(key);
  keyboard.end('q');
  await done;
  const prompt =
    '\u001b[32m$\u001b[39m \u001b[1mnpx mktrouble show .mktrouble/two-healthy-tasks….replay.yaml\u001b[22m';
  return [
    { lines: [prompt], seconds: 1.5 },
    { ...screens[0]!, seconds: 4 },
    ...screens.slice(1, -1),
    { ...screens.at(-1)!, seconds: 3 },
  ];
}

/** A line as a terminal shows it that is not wide enough; for lines without colours, as the command is. */
function folded(line: string): string[] {
  if (line.includes('\u001b') || line.length <= COLUMNS) return [line];
  return [line.slice(0, COLUMNS), line.slice(COLUMNS)];
}
