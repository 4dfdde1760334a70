/** What a template has made, loaded as `mktrouble run` would load it. */
import type { Options, OwnFiles } from '../../config/options.ts';
import { namesWith } from '../../injector/own-modules.ts';
import { formatDiagnostic, parseScenarioText } from '../../scenario/index.ts';

/** Prints every error of a text that is to be written to a file (`-`: to standard output), and returns their number. */
export function countMistakes(
  text: string,
  file: string,
  { defaults, ...own }: Pick<Options, 'defaults' | keyof OwnFiles>,
): number {
  const known = { ...namesWith(own), ...(defaults && { defaults }) };
  const { diagnostics } = parseScenarioText(text, file === '-' ? 'scenario.yaml' : file, known);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  for (const one of errors) process.stderr.write(`${formatDiagnostic(one)}\n\n`);
  return errors.length;
}
