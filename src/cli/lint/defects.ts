/** Known defects that are not reviewed. */

import path from 'node:path';
import { PROPERTY_NAMES } from '../../properties/names.ts';
import { findDefectsFile, loadDefects } from '../../scenario/defects.ts';
import type { Diagnostic } from '../../scenario/index.ts';
import type { LintFinding } from './finding.ts';

export interface LintedDefects {
  readonly findings: readonly LintFinding[];
  /** What makes a file unusable. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The files of known defects that these scenario files have, each once. */
export function lintDefects(scenarioFiles: readonly string[]): LintedDefects {
  const found = scenarioFiles.map((file) => findDefectsFile(path.dirname(path.resolve(file))));
  const files = [...new Set(found.filter((file) => file !== undefined))].map((file) =>
    path.relative(process.cwd(), file),
  );
  const loaded = files.map((file) => ({ file, ...loadDefects(file, PROPERTY_NAMES) }));
  return {
    diagnostics: loaded.flatMap(({ diagnostics }) => diagnostics),
    findings: loaded.flatMap(({ file, defects, lines }) =>
      defects
        .filter(({ state }) => state === 'new')
        .map(({ name, title }) => ({
          rule: 'defect-not-reviewed' as const,
          position: { file, line: lines.get(name)!, column: 3 },
          message: `${name} is new: ${title}`,
          hint: 'give it a name and a title, and make its state known, flaky or fixed',
        })),
    ),
  };
}
