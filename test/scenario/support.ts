/** Helpers of the scenario room's tests. */
import assert from 'node:assert/strict';
import type { Case } from '../../src/model/case.ts';
import { type Diagnostic, formatDiagnostic, type KnownNames, parseScenarios } from '../../src/scenario/index.ts';

/** The cases of a text that must have no mistake. */
export function load(text: string, known?: KnownNames): Case[] {
  const { cases, diagnostics } = parseScenarios(text, 'x.yaml', known);
  assert.deepEqual(
    diagnostics.map((one) => formatDiagnostic(one)),
    [],
  );
  return cases;
}

/** The one case of a scenario; `scenario: x` is put before the text. */
export function one(text: string, known?: KnownNames): Case {
  const cases = load(`scenario: x\n${text}`, known);
  assert.equal(cases.length, 1);
  return cases[0]!;
}

export interface Expected {
  /** What the message, and what is expected, must contain. */
  readonly says?: string;
  /** What the hint must contain. */
  readonly hint?: string;
}

/**
 * Loads a text in which « and » stand around each thing that is wrong, and asserts that just these places are reported, each
 * with its message and hint, in their order.
 */
export function refuses(marked: string, expected: readonly Expected[], known?: KnownNames): Diagnostic[] {
  const places: { line: number; column: number; endLine: number; endColumn: number }[] = [];
  let text = '';
  for (const piece of marked.split(/(?=[«»])/)) {
    if (piece.startsWith('«')) places.push({ ...placeOf(text), endLine: 0, endColumn: 0 });
    if (piece.startsWith('»')) {
      const { line, column } = placeOf(text);
      Object.assign(places.findLast(({ endLine }) => endLine === 0)!, { endLine: line, endColumn: column });
    }
    text += piece.replace(/^[«»]/, '');
  }
  const { cases, diagnostics } = parseScenarios(text, 'x.yaml', known);
  assert.deepEqual(cases, []);
  const shown = diagnostics.map(({ line, column, endLine, endColumn }) => ({ line, column, endLine, endColumn }));
  const story = diagnostics.map((one) => formatDiagnostic(one)).join('\n\n');
  assert.deepEqual(shown, places, story);
  expected.forEach(({ says, hint }, i) => {
    const { message, expected: right, hint: given } = diagnostics[i]!;
    if (says !== undefined) assert.ok(`${message} ${right}`.includes(says), story);
    if (hint !== undefined) assert.ok(given?.includes(hint), story);
  });
  for (const one of diagnostics) assert.ok(one.frame.includes('^'), story);
  return diagnostics;
}

function placeOf(text: string): { line: number; column: number } {
  const lines = text.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** A scenario with this after its tree of 100 to 103. */
export const given = (text: string) =>
  `scenario: x\ntree: { pid: 100, children: [{ pid: 101 }, { pid: 102, threads: [103] }] }\n${text}`;

/** What is wrong, marked; and what each diagnostic says. */
export type Bad = readonly [text: string, ...expected: Expected[]];

/** A test for each row. */
export function table(name: string, rows: Record<string, Bad>): void {
  describe(name, () => {
    for (const [title, [text, ...expected]] of Object.entries(rows)) it(title, () => void refuses(text, expected));
  });
}

/** The messages of a scenario that does not load. */
export function mistakesIn({ diagnostics }: ReturnType<typeof parseScenarios>): string {
  return diagnostics
    .map(({ message, line, expected, hint }) => [`${line}: ${message}`, expected, hint].join('\n'))
    .join('\n');
}
