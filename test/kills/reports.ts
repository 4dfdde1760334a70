/** Whether what a run left in its folder of output is whole: reports, replay files, what was kept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { JOURNAL, readUnfinished } from '../../src/cli/run/journal.ts';
import { REPORTS } from './runs.ts';

/** What the report of an earlier run has. */
export const OLD = 'the report of an earlier run';

const IS_WHOLE: Readonly<Record<keyof typeof REPORTS, (text: string) => boolean>> = {
  json: (text) => Array.isArray(JSON.parse(text).cases),
  junit: (text) => /^<\?xml/.test(text) && /(<\/testsuites>|<testsuites[^<>]*\/>)\s*$/.test(text),
  html: (text) => /<\/html>\s*$/.test(text),
};

/** What is wrong with the reports: none may be gone, and each is the old one or a new whole one. */
export function findBrokenReports(folder: string): string[] {
  return Object.entries(REPORTS).flatMap(([name, file]) => {
    const text = readText(path.join(folder, file));
    if (text === undefined) return [`${file} is gone`];
    return text === OLD || isWhole(() => IS_WHOLE[name as keyof typeof REPORTS](text)) ? [] : [`${file} is broken`];
  });
}

/** How many reports are new. */
export function countNewReports(folder: string): number {
  return Object.values(REPORTS).filter((file) => readText(path.join(folder, file)) !== OLD).length;
}

/** Names in the folder of output that a finished run does not leave, replay files that are not whole, a journal that cannot be read. */
export function findLeftFiles(folder: string): string[] {
  const out = path.join(folder, 'out');
  const names = readdirSync(out, { recursive: true }) as string[];
  const replays = path.join(out, 'replays');
  const isReplayWhole = (name: string) => isWhole(() => parse(readFileSync(path.join(out, name), 'utf8')) !== null);
  return [
    ...names.filter((name) => /(^|\/)\./.test(name)).map((name) => `out/${name} is left`),
    ...names.filter((name) => name.endsWith('.replay.yaml') && !isReplayWhole(name)).map((name) => `${name} is broken`),
    // The history of the runs, and the journal of one that was killed, are beside the replay files.
    ...(existsSync(path.join(replays, JOURNAL)) && !readUnfinished(replays) ? [`${JOURNAL} is broken`] : []),
  ];
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function isWhole(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
