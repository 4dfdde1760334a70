/** Warnings that say what to write instead become findings of lint, and `--fix` writes it. */
import { readText } from '../../boundary/read-file.ts';
import { writeFileAtomically } from '../../boundary/write-file.ts';
import type { Diagnostic, Loaded } from '../../scenario/index.ts';
import { MAX_FILE_BYTES } from '../../scenario/limits.ts';
import { SourceText } from '../../scenario/source/text.ts';
import type { LintFinding } from './finding.ts';

/** The old names that a file still uses. */
export function oldNames({ diagnostics }: Loaded): LintFinding[] {
  return diagnostics
    .filter(({ replacement }) => replacement !== undefined)
    .map(({ file, line, column, message, hint }) => ({
      rule: 'old-name',
      position: { file, line, column },
      message,
      ...(hint !== undefined && { hint }),
    }));
}

/**
 * Writes the replacements of a file's warnings into it; returns how many. A value that comes from the
 * matrix is not replaced. Throws CannotRead and CannotWrite.
 */
export function fixFile(file: string, { diagnostics }: Loaded): number {
  const replaced = diagnostics.filter(({ replacement }) => replacement !== undefined);
  if (replaced.length === 0) return 0;
  const source = new SourceText(file, readText(file, MAX_FILE_BYTES));
  let text = source.text;
  let count = 0;
  for (const diagnostic of replaced.reverse()) {
    const { start, end } = toSpan(diagnostic, source);
    const written = /^(['"]?)[a-z0-9-]+\1$/.exec(text.slice(start, end));
    if (!written) continue;
    text = `${text.slice(0, start)}${written[1]}${diagnostic.replacement}${written[1]}${text.slice(end)}`;
    count++;
  }
  if (count > 0) writeFileAtomically(file, text);
  return count;
}

function toSpan({ line, column, endLine, endColumn }: Diagnostic, source: SourceText) {
  return { start: source.offset({ line, column }), end: source.offset({ line: endLine!, column: endColumn! }) };
}
