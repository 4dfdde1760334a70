/** Writes the replay file of a finding, so that the report can name the command that shows it again. */
import path from 'node:path';
import { CannotWrite, writeFileAtomically } from '../boundary/write-file.ts';
import { replayName, replayText } from '../injector/replay-file.ts';
import type { Verdict } from '../record/verdict.ts';

const refused = new Set<string>();

/**
 * The verdict, with the path of its replay file when it is a finding that can be replayed. A file that cannot be written
 * is a note on standard error, once for each reason: the finding itself counts all the same.
 */
export function keepReplay(verdict: Verdict, folder: string): Verdict {
  if (verdict.status !== 'fail' && verdict.status !== 'flaky') return verdict;
  const text = replayText(verdict);
  if (text === undefined) return verdict;
  const file = path.join(folder, replayName(verdict));
  try {
    writeFileAtomically(file, text);
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    if (!refused.has(error.reason)) process.stderr.write(`mktrouble: no replay file: ${error.message}\n`);
    refused.add(error.reason);
    return verdict;
  }
  return { ...verdict, replay: file };
}
