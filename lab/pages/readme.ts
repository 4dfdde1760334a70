/**
 * Keeps README current: the output and the scenario that it shows are those of the example. `npm run docs:readme` writes
 * both; a test compares.
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

/** Without progress lines of a slow machine, without the timeline, which the picture shows, and without the closing summary. */
function trimmed(output: string): string {
  const [finding] = output.split(/^ {2}Failed$/m);
  return finding!
    .slice(finding!.indexOf(`\n  ${EXAMPLE}`))
    .replace(/^ {6}timeline\n(?: {8}.*\n)+/m, '')
    .trimEnd();
}

/** What does not depend on how fast this machine is. */
export function withoutTimes(text: string): string {
  return text.replace(/ +\d+ violations?.*(ms|s|min)$/gm, '').replace(/\d[\d.,]* ?(ms|s|min)\b/g, '…');
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, await current());
