/** A mistake of a scenario file as a value: its position, what is wrong, what was expected, and a hint. */
import pc from 'picocolors';
import { harmless } from '../../boundary/harmless.ts';
import { MAX_DIAGNOSTICS } from '../limits.ts';
import type { SourceText, Span } from './text.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** Line and column count from 1; a file that can't be read at all has 1:1. */
  readonly line: number;
  readonly column: number;
  /** The first column past what is meant. */
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly message: string;
  readonly expected?: string;
  readonly hint?: string;
  /** What to write in place of the marked value. */
  readonly replacement?: string;
  /** The offending lines with a marker; empty when there is no text to show. */
  readonly frame: string;
}

/** A text that is computed only when the mistake is shown: a file may have a hundred thousand mistakes. */
export type Lazy = string | undefined | (() => string | undefined);

/** A mistake before its line and column are computed. */
export interface Mistake {
  /** Default: error. */
  readonly severity?: Diagnostic['severity'];
  readonly span: Span;
  readonly message: string;
  readonly expected?: Lazy;
  readonly hint?: Lazy;
  /** What to write in place of the value. */
  readonly replacement?: string;
}

/** Collects the errors and warnings of one file; one at the same place with the same words counts once. */
export class Mistakes {
  readonly #source: SourceText;
  readonly #list: Mistake[] = [];
  readonly #seen = new Set<string>();
  #errors = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** How many errors there are; warnings do not count. */
  get count(): number {
    return this.#errors;
  }

  add(mistake: Mistake): void {
    const key = `${mistake.span.start} ${mistake.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list.push(mistake);
    if (mistake.severity !== 'warning') this.#errors++;
  }

  /** All of them, sorted by place; beyond MAX_DIAGNOSTICS the last one counts the others. */
  diagnostics(): Diagnostic[] {
    const sorted = [...this.#list].sort((a, b) => a.span.start - b.span.start);
    const shown = sorted.length > MAX_DIAGNOSTICS ? sorted.slice(0, MAX_DIAGNOSTICS - 1) : sorted;
    const diagnostics = shown.map((mistake) => this.#place(mistake));
    const next = sorted[shown.length];
    if (next) {
      const message = `and ${sorted.length - shown.length} more from here on`;
      const severity = this.#errors > 0 ? 'error' : 'warning';
      diagnostics.push(this.#place({ severity, span: next.span, message }));
    }
    return diagnostics;
  }

  #place({ severity = 'error', span, message, expected, hint, replacement }: Mistake): Diagnostic {
    const from = this.#source.place(span.start);
    const to = this.#source.place(Math.max(span.start, span.end));
    const texts = { expected: force(expected), hint: force(hint) };
    return {
      severity,
      file: this.#source.file,
      ...from,
      endLine: to.line,
      endColumn: to.column,
      message,
      ...(texts.expected === undefined ? {} : { expected: texts.expected }),
      ...(texts.hint === undefined ? {} : { hint: texts.hint }),
      ...(replacement === undefined ? {} : { replacement }),
      frame: this.#source.frame(span),
    };
  }
}

function force(text: Lazy): string | undefined {
  return typeof text === 'function' ? text() : text;
}

/** A mistake about a file as a whole: it does not exist, or cannot be read. */
export function fileDiagnostic(file: string, message: string, hint?: string): Diagnostic {
  return { severity: 'error', file, line: 1, column: 1, message, ...(hint === undefined ? {} : { hint }), frame: '' };
}

/** A diagnostic as text for a terminal or a log, several lines, without a line end. */
export function formatDiagnostic(d: Diagnostic, options: { readonly color?: boolean } = {}): string {
  const c = pc.createColors(options.color ?? false);
  const paint = d.severity === 'error' ? c.red : c.yellow;
  const lines = [
    `${c.bold(`${harmless(d.file)}:${d.line}:${d.column}`)}: ${paint(d.severity)}: ${harmless(d.message, true)}`,
  ];
  const rows = d.frame === '' ? [] : d.frame.split('\n');
  rows.forEach((row, i) => {
    const marked = row.startsWith('>') || rows[i - 1]?.startsWith('>');
    lines.push(marked ? paint(row) : c.dim(row));
  });
  if (d.expected !== undefined) lines.push(`  ${c.cyan('expected:')} ${harmless(d.expected, true)}`);
  if (d.hint !== undefined) lines.push(`  ${c.green('hint:')} ${harmless(d.hint, true)}`);
  return lines.join('\n');
}
