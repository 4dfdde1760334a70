/** `mktrouble history`: the last runs of this project, and the findings of one of them. */
import type { Command } from 'commander';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import type { HistoryRun } from '../history/store.ts';
import { parseCount } from '../run/request.ts';

export const addHistory: AddCommand = ({ program, action }) => {
  program
    .command('history')
    .summary('list the last runs')
    .description(
      'Lists the last runs that were recorded in this folder, with what each found that the run before had not, and the reverse; with a number the findings of that run.',
    )
    .argument('[run]', 'the number of a run', parseCount)
    .option('--json', 'print one JSON object per line', false)
    .action(action(history));
};

async function history(
  number: number | undefined,
  { json }: { readonly json: boolean },
  command: Command,
): Promise<ExitCode> {
  const { findHistoryFolder, numberFindings } = await import('../history/finding.ts');
  const { readHistory } = await import('../history/store.ts');
  const folder = findHistoryFolder(command);
  if (typeof folder === 'number') return folder;
  const { runs } = readHistory(folder);
  if (runs.length === 0) return complain('no run is recorded here', 'mktrouble run records each run');
  const shown = number === undefined ? runs : runs.filter((run) => run.number === number);
  if (shown.length === 0)
    return complain(`there is no run ${number}: the runs are ${runs[0]!.number} to ${runs.at(-1)!.number}`);
  if (json) for (const run of shown) print(`${JSON.stringify(run)}\n`);
  else if (number === undefined) await printRuns(runs);
  else
    numberFindings(shown[0]!.findings).forEach((finding, i) => {
      print(`${i + 1}) ${finding.place}  ${finding.title}\n   ${finding.result}: ${finding.what}\n`);
      if (finding.replay !== undefined) print(`   ${finding.replay}\n`);
    });
  return EXIT.ok;
}

async function printRuns(runs: readonly HistoryRun[]): Promise<void> {
  const { duration } = await import('../../../reporters/words/numbers.ts');
  for (const [i, run] of runs.entries()) {
    const { number, time, passed, failed, flaky, errors, incomplete, skipped, interrupted } = run;
    const counts = [
      `${passed} passed`,
      ...named({ failed, flaky, broken: errors, incomplete, skipped }),
      ...(interrupted ? ['interrupted'] : []),
    ];
    const { appeared, gone } = compareRuns(runs[i - 1], run);
    const change = [...(appeared > 0 ? [`+${appeared}`] : []), ...(gone > 0 ? [`-${gone}`] : [])].join(' ');
    print(
      `${String(number).padStart(4)}  ${time.slice(0, 16).replace('T', ' ')}  ${counts.join(', ')} (${duration(run.duration)})${change === '' ? '' : `  ${change} ${appeared + gone === 1 ? 'finding' : 'findings'}`}\n`,
    );
    print(`      ${run.command}\n`);
  }
}

function named(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([name, n]) => (n > 0 ? [`${n} ${name}`] : []));
}

/** Findings that the run before did not have, and those of it that are gone. */
function compareRuns(before: HistoryRun | undefined, run: HistoryRun): { appeared: number; gone: number } {
  if (!before) return { appeared: 0, gone: 0 };
  const [were, are] = [before, run].map(({ findings }) => new Set(findings.map(({ key }) => key)));
  return {
    appeared: [...are!].filter((key) => !were!.has(key)).length,
    gone: [...were!].filter((key) => !are!.has(key)).length,
  };
}
