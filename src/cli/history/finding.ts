/** Findings of the last run by number, as its terminal report numbers them: `mktrouble show 3`. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { count } from '../../../reporters/words/numbers.ts';
import { complain, type EXIT } from '../exit.ts';
import { readOptions } from '../options.ts';
import { DEFAULT_FOLDER, type HistoryFinding, readHistory } from './store.ts';

/** The folder of the history of this project; exit code 2 where the configuration has mistakes. */
export function findHistoryFolder(command: Command): string | typeof EXIT.input {
  const options = readOptions(command, [], []);
  return typeof options === 'number' ? options : (options.replays ?? DEFAULT_FOLDER);
}

/** The replay file that an argument means: a file, or the number of a finding of the last run; without one, the first. Exit code 2 where there is none. */
export function findReplay(given: string | undefined, command: Command): string | typeof EXIT.input {
  if (given !== undefined && (!/^[1-9]\d{0,5}$/.test(given) || existsSync(given))) return given;
  const folder = findHistoryFolder(command);
  if (typeof folder === 'number') return folder;
  const run = readHistory(folder).runs.at(-1);
  if (!run)
    return complain('no run is recorded here', 'mktrouble run records its findings; or name a *.replay.yaml file');
  const findings = numberFindings(run.findings);
  const number = given === undefined ? 1 : Number(given);
  const finding = findings[number - 1];
  if (!finding) {
    const there = findings.length === 0 ? 'no findings' : count(findings.length, 'finding');
    return complain(`there is no finding ${number}: the last run had ${there}`, 'mktrouble history lists the runs');
  }
  if (finding.replay === undefined)
    return complain(`finding ${number} (${finding.title}) has no replay file`, `run it again: ${finding.place}`);
  return finding.replay;
}

/** The findings that have a number: a search that was stopped found nothing. */
export function numberFindings(findings: readonly HistoryFinding[]): readonly HistoryFinding[] {
  return findings.filter(({ result }) => result !== 'incomplete');
}
