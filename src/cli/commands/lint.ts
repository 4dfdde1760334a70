/** `mktrouble lint [paths…]`: parts of scenarios that are valid but have no effect, and old names. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Position } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';
import { accepts, unknownRules } from '../lint/accepted.ts';
import type { LintFinding } from '../lint/index.ts';

export const addLint: AddCommand = ({ program, action }) => {
  program
    .command('lint')
    .summary('find ineffective parts of scenario files')
    .description(
      'Finds expectations that cannot fail, faults that never fire, matrix values without effect, duplicate scenarios, old names, and known defects that are not reviewed. Exit code 1 when it finds any. To accept a finding, end its line with # lint: <rule>.',
    )
    .argument('[paths...]', 'scenario files or folders')
    .option('--fix', 'replace old names in the files', false)
    .option('--json', 'print one JSON object per line', false)
    .action(action(lintPaths));
};

interface Flags {
  readonly fix: boolean;
  readonly json: boolean;
}

async function lintPaths(paths: readonly string[], { fix, json }: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, paths);
  if (typeof options === 'number') return options;
  const { loadPaths } = await import('../files.ts');
  const { lint } = await import('../lint/index.ts');
  const { fixFile, oldNames } = await import('../lint/fix.ts');
  const { lintDefects } = await import('../lint/defects.ts');
  const { formatDiagnostic } = await import('../../scenario/index.ts');
  const { simulated } = await import('../../backends/simulated/index.ts');
  let loaded = loadPaths(options, 'errors only');
  if (typeof loaded === 'number') return loaded;
  if (fix) {
    let replaced = 0;
    for (const [file, one] of loaded) replaced += fixFile(file, one);
    if (replaced > 0) loaded = loadPaths(options, 'errors only');
    if (typeof loaded === 'number') return loaded;
  }
  const cases = [...loaded.values()].flatMap((file) => file.cases);
  const known = lintDefects([...loaded.keys()]);
  for (const one of known.diagnostics) process.stderr.write(`${formatDiagnostic(one)}\n\n`);
  if (known.diagnostics.length > 0) return EXIT.input;
  const old = [...loaded.values()].flatMap(oldNames);
  const all = [...known.findings, ...old, ...(await lint(cases, simulated()))];
  const files = new Set([...loaded.keys(), ...all.map(({ position }) => path.resolve(position.file))]);
  const texts = new Map([...files].map((file) => [file, readFileSync(file, 'utf8')]));
  const lineAt = ({ file, line }: Position): string => texts.get(path.resolve(file))!.split('\n')[line - 1] ?? '';
  const found = [
    ...all.filter(({ rule, position }) => !accepts(lineAt(position), rule)),
    ...[...texts].flatMap(([file, text]) => unknownRules(path.relative(process.cwd(), file), text)),
  ];
  if (json) for (const one of found) print(`${JSON.stringify(one)}\n`);
  else await printFindings(found, loaded.size, cases.length);
  return found.length > 0 ? EXIT.finding : EXIT.ok;
}

async function printFindings(found: readonly LintFinding[], files: number, cases: number): Promise<void> {
  const { formatDiagnostic } = await import('../../scenario/index.ts');
  const { SourceText } = await import('../../scenario/source/text.ts');
  const { count } = await import('../../../reporters/words/numbers.ts');
  const color = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  for (const { rule, position, message, hint } of found) {
    const source = new SourceText(position.file, readFileSync(position.file, 'utf8'));
    const start = source.offset(position);
    const diagnostic = {
      severity: 'warning' as const,
      ...position,
      message: `${message} (${rule})`,
      ...(hint !== undefined && { hint }),
      frame: source.frame({ start, end: start + 1 }),
    };
    process.stdout.write(`${formatDiagnostic(diagnostic, { color })}\n\n`);
  }
  const said = found.length === 0 ? 'no findings' : count(found.length, 'warning');
  process.stdout.write(`${count(files, 'file')}, ${count(cases, 'case')}: ${said}\n`);
}
