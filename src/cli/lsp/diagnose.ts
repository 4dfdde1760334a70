/** What is wrong with a scenario file, or has no effect in it, as diagnostics of the language server protocol. */
import { DiagnosticSeverity, type Diagnostic as LspDiagnostic } from 'vscode-languageserver/node.js';
import { simulated } from '../../backends/simulated/index.ts';
import { KNOWN_NAMES } from '../../injector/known.ts';
import type { Case, Position } from '../../model/case.ts';
import type { Diagnostic } from '../../scenario/index.ts';
import { parseScenarioText } from '../../scenario/index.ts';
import { accepts, unknownRules } from '../lint/accepted.ts';
import { byScenario, type LintFinding } from '../lint/finding.ts';
import { impossibleProperties } from '../lint/impossible.ts';
import { lint } from '../lint/index.ts';

/** The source that an editor shows with a diagnostic. */
const SOURCE = 'mktrouble';

/** Cases of a file that are run to see whether faults fire; a larger file is for `mktrouble lint`. */
const MAX_LINTED = 200;

export interface Checked {
  readonly diagnostics: LspDiagnostic[];
  /** None where the file has a mistake. */
  readonly cases: readonly Case[];
}

/** The mistakes of a text, with what the schema cannot find: unknown pids, impossible moments, contradictions. `file`: its absolute path. */
export function checkText(text: string, file: string): Checked {
  const { cases, diagnostics } = parseScenarioText(text, file, KNOWN_NAMES);
  return { cases, diagnostics: diagnostics.map(toLsp) };
}

/**
 * What has no effect or cannot hold: faults that never fire, expectations that cannot fail, properties that are not judged or that every run
 * violates, and comments that accept a rule that does not exist. A scenario at a time, as long as `goesOn`: the text may have changed
 * meanwhile.
 */
export async function findIneffective(
  cases: readonly Case[],
  text: string,
  goesOn: () => boolean,
): Promise<LspDiagnostic[]> {
  const lines = text.split('\n');
  const found: LintFinding[] = unknownRules('', text);
  for (const group of cases.length > MAX_LINTED ? [] : byScenario(cases)) {
    if (!goesOn()) return [];
    const backend = simulated();
    const findings = await lint(group, backend);
    for (const c of group) findings.push(...(await impossibleProperties(c, backend)));
    found.push(...findings.filter(({ rule, position }) => !accepts(lines[position.line - 1] ?? '', rule)));
  }
  return found.map(({ rule, position, message, hint }) => ({
    severity: DiagnosticSeverity.Warning,
    source: SOURCE,
    code: rule,
    range: rangeOfWord(lines, position),
    message: hint === undefined ? message : `${message}\n${hint}`,
  }));
}

function toLsp(one: Diagnostic): LspDiagnostic {
  const { severity, line, column, endLine = line, endColumn = column, message, expected, hint } = one;
  return {
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: SOURCE,
    range: {
      start: { line: line - 1, character: column - 1 },
      end: { line: endLine - 1, character: endColumn - 1 },
    },
    message: [
      message,
      ...(expected === undefined ? [] : [`expected: ${expected}`]),
      ...(hint === undefined ? [] : [hint]),
    ].join('\n'),
  };
}

/** From a place to the end of the word there, at least one character. */
export function rangeOfWord(lines: readonly string[], { line, column }: Position): LspDiagnostic['range'] {
  const row = lines[line - 1] ?? '';
  const length = /^[^\s,\]}]*/.exec(row.slice(column - 1))![0].length;
  return {
    start: { line: line - 1, character: column - 1 },
    end: { line: line - 1, character: column - 1 + Math.max(1, length) },
  };
}
