/** The HTML report played on: one step, as the page makes it (the branch is run again, judged, and its choices listed). */
import path from 'node:path';
import { openPacked, type PackedBuild } from '../../reporters/html/play/packed-build.ts';
import { Player } from '../../reporters/html/play/player.ts';
import { Builds } from '../../reporters/listeners/html-builds.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import type { Case } from '../../src/model/case.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { resultFor } from '../../test/reporters/fixtures/results.ts';
import { CHROMIUM, launch, open, writeReport } from '../../test/reporters/html/page.ts';
import { FOLDER } from './child.ts';
import { median, type Row, type Section } from './row.ts';

/** Milliseconds of processor time: a reader does not wait for it. */
const LIMIT = 50;

export const play: Section = {
  name: 'play',
  title: 'A step in the playable HTML report',
  async run(smoke) {
    if (smoke) return [await measureStep(3)];
    return [await measureStep(3), await measureStep(12), await measureInBrowser(12)];
  },
};

/** A healthy restart of so many tasks, of which another end is expected: the report opens on it. */
async function runHealthy(tasks: number): Promise<{ c: Case; verdict: Verdict }> {
  const children = Array.from({ length: tasks - 1 }, (_, i) => `{ pid: ${101 + i} }`).join(', ');
  const { cases } = parseScenarios(
    `scenario: Played\ntree: { pid: 100, children: [${children}] }\nexpect: { coordinator: EPERM }\n`,
    'play.yaml',
  );
  const backend = await openBackend('simulated');
  const verdict = await runCase(cases[0]!, { backend });
  await backend.dispose();
  return { c: cases[0]!, verdict };
}

async function measureStep(tasks: number): Promise<Row> {
  const { c, verdict } = await runHealthy(tasks);
  const { id, title, position } = c;
  const builds = new Builds();
  builds.add({ kind: 'fail', title, path: [id], position, duration: 0, verdict });
  const packed = new Map(JSON.parse(JSON.stringify([...builds.pack()])) as [string, PackedBuild][]);
  const record = verdict.record!;
  const player = new Player(openPacked(verdict.case!, packed.get(record.protocol)!));
  const moves = player.movesOf(record);
  const times = moves.map((_, at) => {
    const begun = process.cpuUsage();
    player.play(moves.slice(0, at + 1));
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  });
  const slowest = Math.max(...times);
  return {
    name: `the slowest of ${moves.length} steps, ${tasks} tasks`,
    value: Math.round(slowest * 10) / 10,
    unit: 'ms',
    limit: LIMIT,
    detail: `processor time; median ${median(times).toFixed(1)} ms`,
  };
}

/** From the key that takes a step until the page has drawn it: by the clock, so up to a frame (17 ms) of it is waiting. */
async function measureInBrowser(tasks: number): Promise<Row> {
  const name = `99 of 100 steps of a branch in a browser, ${tasks} tasks, at most`;
  if (!CHROMIUM) return { name, value: Number.NaN, unit: 'ms', detail: 'there is no Chromium here' };
  const { verdict } = await runHealthy(tasks);
  const file = path.join(FOLDER, 'play.html');
  writeReport(file, [resultFor(verdict)]);
  const browser = await launch();
  try {
    const { page } = await open(browser, file);
    await page.waitForSelector('.case .begin');
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'play on from here' }).click();
    await page.waitForSelector('.choices button');
    const times = await page.evaluate(takeSteps);
    if (times.length < tasks) throw new Error(`the branch has ${times.length} steps only`);
    return {
      name,
      value: Math.round(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]! * 10) / 10,
      unit: 'ms',
      limit: LIMIT,
      detail: `until it is drawn; ${times.length} steps, median ${median(times).toFixed(1)} ms, slowest ${times.at(-1)!.toFixed(1)}`,
    };
  } finally {
    await browser.close();
  }
}

/**
 * In the page: takes the first choice until there is none; how long each step took, in milliseconds. No functions with names in
 * it: esbuild would call a helper that the page does not have.
 */
async function takeSteps(): Promise<number[]> {
  const times: number[] = [];
  while (document.querySelector('.choices button')) {
    // The page listens for the next key after the frame that shows the choices.
    for (let frames = 0; frames < 2; frames += 1)
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const position = document.querySelector('.play')!.innerHTML;
    const begun = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }));
    do await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    while (document.querySelector('.play')!.innerHTML === position);
    times.push(performance.now() - begun);
  }
  return times;
}
