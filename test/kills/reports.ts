/** Whether what a run left in its folder of output is whole: reports, replay files, what was kept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
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

/** Names in the folder of output that a finished run does not leave, and replay files that are not whole. */
export function findLeftFiles(folder: string): string[] {
  const out = path.join(folder, 'out');
  const temporary = (readdirSync(out, { recursive: true }) as string[]).filter((name) => /(^|\/)\./.test(name));
  const replays = path.join(out, 'replays');
  const broken = (existsSync(replays) ? readdirSync(replays) : []).filter(
    (name) => !name.startsWith('.') && !isWhole(() => parse(readFileSync(path.join(replays, name), 'utf8')) !== null),
  );
  return [...temporary.map((name) => `out/${name} is left`), ...broken.map((name) => `${name} is broken`)];
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
