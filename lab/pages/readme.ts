/**
 * Keeps README true: the output that it shows is what the command before it prints, and the scenario what is in the file.
 * `tsx lab/pages/readme.ts` writes both anew; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/support/markdown.ts';
import { mktrouble } from '../../test/support/program.ts';

const PAGE = path.join(ROOT, 'README.md');
const EXAMPLE = 'docs/examples/healthy.yaml';

/** README with the output and the scenario of the example as they are now. */
export async function current(): Promise<string> {
  const { stdout } = await mktrouble(['run', EXAMPLE], { env: { COLUMNS: '100' } });
  const [, scenario] = readFileSync(path.join(ROOT, EXAMPLE), 'utf8').split(/(?<=^# yaml-language-server.*\n)/m);
  return readFileSync(PAGE, 'utf8')
    .replace(/```console\n(\$ .*\n)[\s\S]*?```/, (_, command) => `\`\`\`console\n${command}${trimmed(stdout)}\n\`\`\``)
    .replace(/```yaml\n[\s\S]*?```/, () => `\`\`\`yaml\n${scenario}\`\`\``);
}

/** Without the empty lines around it, and without the summary that repeats what was shown. */
function trimmed(output: string): string {
  return output.split(/^ {2}Failed$/m)[0]!.trimEnd();
}

/** What does not depend on how fast this machine is. */
export function withoutTimes(text: string): string {
  return text.replace(/ +\d+ violations?.*(ms|s|min)$/gm, '').replace(/\d[\d.,]* ?(ms|s|min)\b/g, '…');
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, await current());
