/** Writes the replay file of a finding, so that the report can name the command that shows it again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { replayName, replayText } from '../injector/replay-file.ts';
import type { Verdict } from '../record/verdict.ts';

/** The verdict, with the path of its replay file when it is a finding that can be replayed; a folder that can't be written is no reason to fail. */
export function keepReplay(verdict: Verdict, folder: string): Verdict {
  if (verdict.status !== 'fail') return verdict;
  const text = replayText(verdict);
  if (text === undefined) return verdict;
  const file = path.join(folder, replayName(verdict));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  } catch {
    return verdict;
  }
  return { ...verdict, replay: file };
}
