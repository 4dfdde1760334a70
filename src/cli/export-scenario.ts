/** A finding as a scenario: the smallest case found, which fails with one engine and passes with another, or expects what it shows. */
import type { ExportedFinding } from '../../reporters/export/finding.ts';
import { listEngineProperties } from '../../reporters/shared/engines.ts';
import { writeScenario } from '../scenario/index.ts';

/** The scenario file, with a comment that says with what it was seen. `names`: what the user calls the engines, the last of which shows it. */
export function writeFoundScenario(
  { case: c, title, seen, passesWith, violates }: ExportedFinding,
  names: readonly string[] = [],
): string {
  const shown = seen ? listEngineProperties(seen.violations) : violates;
  const engine = (name: string | undefined, environment: string): string =>
    name === undefined ? environment : `${name} (${environment})`;
  const comment = [
    seen ? `${engine(names.at(-1), seen.environment)} violates ${shown.join(', ')}` : 'not seen in a run',
    ...(passesWith === undefined ? [] : [`${engine(names[0], passesWith)} passes`]),
  ];
  // A regression keeps what a sound engine fulfils; the name of a known defect is left out, for its file is elsewhere.
  const expect =
    passesWith === undefined
      ? { coordinator: [], tasks: {}, except: c.expect.except, violates: shown }
      : { ...c.expect, defects: {} };
  return `${comment.map((line) => `# ${line}\n`).join('')}${writeScenario({ ...c, title, scenario: title, expect })}`;
}
