/** `mktrouble lint [paths…]`: what is no mistake in a scenario, and can't be meant all the same. */
import { readFileSync } from 'node:fs';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';
import type { LintFinding } from '../lint/index.ts';

export const addLint: AddCommand = ({ program, action }) => {
  program
    .command('lint')
    .summary('find what says nothing in scenario files')
    .description(
      'Looks for expectations that can not fail, faults that never fire, values of a matrix that change nothing, and scenarios that are there twice. Exit code 1 when there are any. A line that is meant so ends with # lint: <rule>.',
    )
    .argument('[paths...]', 'scenario files, or folders of them')
    .option('--json', 'one JSON object a line', false)
    .action(action(lintPaths));
};

async function lintPaths(paths: readonly string[], { json }: { readonly json: boolean }): Promise<ExitCode> {
  const { loadPaths } = await import('../files.ts');
  const { lint } = await import('../lint/index.ts');
  const { simulated } = await import('../../backends/simulated/index.ts');
  const loaded = loadPaths(paths);
  if (typeof loaded === 'number') return loaded;
  const cases = [...loaded.values()].flatMap((file) => file.cases);
  const found = (await lint(cases, simulated())).filter((one) => !isMeant(one));
  if (json) for (const one of found) print(`${JSON.stringify(one)}\n`);
  else await tell(found, loaded.size, cases.length);
  return found.length > 0 ? EXIT.finding : EXIT.ok;
}

/** Whether the line says so itself: `# lint: fault-never-fires` at its end. */
function isMeant({ rule, position }: LintFinding): boolean {
  const line = readFileSync(position.file, 'utf8').split('\n')[position.line - 1] ?? '';
  return line.includes(`# lint: ${rule}`);
}

async function tell(found: readonly LintFinding[], files: number, cases: number): Promise<void> {
  const { formatDiagnostic } = await import('../../scenario/index.ts');
  const { SourceText } = await import('../../scenario/source/text.ts');
  const { count } = await import('../../../reporters/shared/words.ts');
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
  const said = found.length === 0 ? 'nothing to say' : count(found.length, 'warning');
  process.stdout.write(`${count(files, 'file')}, ${count(cases, 'case')}: ${said}\n`);
}
