/** `mktrouble report merge|diff`: what to do with JSON reports of runs that are over. */
import { REPORTER_NAMES, type ReporterSpec } from '../../config/values.ts';
import { isModuleFile } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import { readReports } from '../read-reports.ts';
import { reporterOption } from '../run/request.ts';

export const addReport: AddCommand = ({ program, action }) => {
  const report = program
    .command('report')
    .summary('merge or compare JSON reports')
    .description('Reads the reports that mktrouble run --reporter json=<file> writes.');
  report
    .command('merge')
    .summary('merge reports into one report of any kind')
    .description(
      'Merges the reports of shards, backends or machines. For a case in several reports, the worst result counts. Exit code 2 when a shard is missing, or when shards were not split in the same way.',
    )
    .argument('<files...>', 'JSON reports')
    .addOption(reporterOption())
    .action(action(merge));
  report
    .command('diff')
    .summary('compare two reports')
    .description(
      'Compares two reports. Exit code 1 when something became worse, or a new case fails; 0 when nothing did.',
    )
    .argument('<old>', 'the report of the run before')
    .argument('<new>', 'the report of the run now')
    .option('--markdown', 'as Markdown, for a pull request', false)
    .action(action(diff));
};

async function merge(
  files: readonly string[],
  { reporter: reporters = [{ name: 'spec' }] }: { readonly reporter?: readonly ReporterSpec[] },
): Promise<ExitCode> {
  const foreign = reporters.find(({ name }) => !REPORTER_NAMES.includes(name) && !isModuleFile(name));
  if (foreign) {
    const { didYouMean } = await import('../../scenario/source/nearest.ts');
    return complain(
      `reports are merged by ${REPORTER_NAMES.join(', ')}, not by ${foreign.name}`,
      didYouMean(foreign.name, REPORTER_NAMES),
    );
  }
  const reports = await readReports(files);
  if (typeof reports === 'number') return reports;
  const { findReporter, refuseReporters } = await import('../run/reporters.ts');
  const refused = refuseReporters(reporters);
  if (refused !== undefined) return refused;
  const { mergeReports, report, whyNotWhole } = await import('../../../reporters/merge.ts');
  const { count } = await import('../../../reporters/words/numbers.ts');
  const incomplete = whyNotWhole(reports.map(({ shard }) => shard));
  const merged = mergeReports(reports);
  report(
    merged,
    reporters.map((one) => ({ ...one, options: { records: 'all' } })),
    findReporter,
  );
  if (merged.repeated > 0)
    process.stderr.write(
      `mktrouble: ${count(merged.repeated, 'case')} in several reports: the worst of each is kept\n`,
    );
  return incomplete === undefined ? EXIT.ok : complain(`the merged report is not whole: ${incomplete}`);
}

async function diff(old: string, recent: string, { markdown }: { readonly markdown: boolean }): Promise<ExitCode> {
  const reports = await readReports([old, recent]);
  if (typeof reports === 'number') return reports;
  const { diffLines, diffMarkdown, diffReports, isWorse } = await import('../../../reporters/merge.ts');
  const { terminalOutput } = await import('../../../reporters/shared/output.ts');
  const changes = diffReports(reports[0]!, reports[1]!);
  const out = terminalOutput(process.stdout, process.env);
  if (markdown) process.stdout.write(`${diffMarkdown(changes).join('\n')}\n`);
  else out.write(`${diffLines(changes, out).join('\n')}\n`);
  return isWorse(changes) ? EXIT.finding : EXIT.ok;
}
