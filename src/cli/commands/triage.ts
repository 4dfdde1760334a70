/** `mktrouble triage <reports…>`: the findings of JSON reports by defect, and the file of known defects. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readText } from '../../boundary/read-file.ts';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import { isNew } from '../../model/signature.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { suggestPath } from '../nearest-path.ts';
import { readReports } from '../read-reports.ts';
import type { Triage, TriagedDefect } from '../triage.ts';

interface Options {
  readonly known?: string;
  readonly update: boolean;
  readonly json: boolean;
}

export const addTriage: AddCommand = ({ program, action }) => {
  program
    .command('triage')
    .summary('sort findings by defect, and update the known ones')
    .description(
      'Sorts the findings of JSON reports (run --reporter json=<file>) by defect, and compares them with the known defects. Exit code 1 when a defect is new or was marked fixed. With --update it writes them to the file, and the exit code is 0.',
    )
    .argument('<files...>', 'JSON reports')
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)')
    .option('--update', 'add new defects to the file, and mark those that are gone as fixed', false)
    .option('--json', 'print one JSON object per line', false)
    .action(action(sortFindings));
};

async function sortFindings(files: readonly string[], { known, update, json }: Options): Promise<ExitCode> {
  const { triage } = await import('../triage.ts');
  const { loadDefects, findDefectsFile, DEFECTS_FILE } = await import('../../scenario/defects.ts');
  const { PROPERTY_NAMES } = await import('../../properties/names.ts');
  const { formatDiagnostic } = await import('../../scenario/index.ts');
  const reports = await readReports(files);
  if (typeof reports === 'number') return reports;
  const file = known ?? relative(findDefectsFile(process.cwd())) ?? DEFECTS_FILE;
  const isThere = existsSync(file);
  if (known !== undefined && !isThere && !update) return complain(`no such file: ${known}`, suggestPath(known));
  const { defects, diagnostics } = isThere ? loadDefects(file, PROPERTY_NAMES) : { defects: [], diagnostics: [] };
  for (const one of diagnostics) process.stderr.write(`${formatDiagnostic(one)}\n\n`);
  if (diagnostics.length > 0) return EXIT.input;
  const result = triage(reports, defects);
  if (json) for (const one of result.found) print(`${JSON.stringify(describe(one))}\n`);
  else await show(result, file);
  if (update) return writeUpdate(file, isThere, result, reports.length, new Set(defects.map(({ name }) => name)));
  return result.found.some(isNew) ? EXIT.finding : EXIT.ok;
}

function relative(file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.relative(process.cwd(), file) || file;
}

/** One line of --json. */
function describe({ defect, signature, state, cases, reports }: TriagedDefect): object {
  return { state, defect: defect?.name ?? null, title: defect?.title ?? null, ...signature, cases, reports };
}

async function show({ found, gone }: Triage, file: string): Promise<void> {
  const { bucketText } = await import('../../../reporters/words/bucket.ts');
  const { count } = await import('../../../reporters/words/numbers.ts');
  const { findBucket } = await import('../../model/signature.ts');
  for (const { defect, signature, cases } of found) {
    const bucket = findBucket(signature, defect ? [defect] : []);
    print(`${String(cases.length).padStart(5)}  ${bucketText(bucket)}\n`);
  }
  for (const { name, title } of gone) print(`    0  ${name}: ${title}: no case shows it any more\n`);
  const findings = found.reduce((sum, { cases }) => sum + cases.length, 0);
  const news = found.filter(isNew).length;
  print(
    `${found.length > 0 ? '\n' : ''}${count(findings, 'finding')}, ${count(found.length, 'defect')}: ${news} new (${file})\n`,
  );
}

async function writeUpdate(
  file: string,
  isThere: boolean,
  result: Triage,
  reports: number,
  names: ReadonlySet<string>,
): Promise<ExitCode> {
  const { planUpdate } = await import('../triage.ts');
  const { updateDefects } = await import('../../scenario/defects.ts');
  const { DEFECTS_SCHEMA, schemaSeenFrom } = await import('../schema-line.ts');
  const { MAX_REPLAY_BYTES } = await import('../../scenario/limits.ts');
  const plan = planUpdate(result, reports, names);
  try {
    const text = isThere ? readText(file, MAX_REPLAY_BYTES) : undefined;
    const schema = schemaSeenFrom(path.dirname(path.resolve(file)), DEFECTS_SCHEMA);
    writeFileAtomically(file, updateDefects(text, plan, schema));
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    return complain(error.message);
  }
  print(`${file}: ${plan.added.length} added, ${plan.states.size} with another state\n`);
  return EXIT.ok;
}
