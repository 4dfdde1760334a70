/** A comparison of two reports in words: for a terminal, and as Markdown for a pull request. */

import { harmless } from '../../src/boundary/harmless.ts';
import { markdownText } from '../words/markdown.ts';
import { count, grouped } from '../words/numbers.ts';
import type { CaseReport } from './case-report.ts';
import { type Change, propertyChanges, type ReportDiff } from './diff.ts';
import { isFinding } from './result.ts';
import type { TextStyle } from './timeline-text.ts';

/** More of one kind are only counted. */
const LISTED = 100;

const KINDS = [
  ['worse', 'Worse'],
  ['added', 'New'],
  ['better', 'Better'],
  ['gone', 'Gone'],
] as const;

/** `2 worse, 1 new, 3 better; 240 unchanged`. */
function summary(diff: ReportDiff): string {
  const parts = [
    [diff.worse.length, 'worse'],
    [diff.added.length, 'new'],
    [diff.better.length, 'better'],
    [diff.gone.length, 'gone'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${grouped(n)} ${what}`);
  return [said.length > 0 ? said.join(', ') : 'nothing changed', `${grouped(diff.same)} as before`].join('; ');
}

/** A change in words: `pass -> fail: no-task-left-waiting`. */
function changeWords(change: Change, arrow: string): string {
  const { before, after } = change;
  const results = [before?.result, after?.result].filter((one) => one !== undefined);
  const { appeared, disappeared } = propertyChanges(change);
  const details = [
    ...(after?.reason && after.result !== 'pass' ? [after.reason.split('\n', 1)[0]!] : []),
    ...(appeared.length > 0 ? [appeared.join(', ')] : []),
    ...(after && disappeared.length > 0 ? [`no more ${disappeared.join(', ')}`] : []),
  ];
  const from = new Set(results).size === 1 ? results[0]! : results.join(` ${arrow} `);
  return [from, ...details].join(': ');
}

function formatPlace({ position, backend, project, protocol }: CaseReport): string {
  const where = position ? `${position.file}:${position.line}` : '';
  return [where, ...(protocol === null ? [] : [protocol]), ...(backend === null ? [] : [project ?? backend])]
    .filter(Boolean)
    .join(', ');
}

/** The lines of a comparison for a terminal. */
export function diffLines(diff: ReportDiff, { colors, symbols }: TextStyle): string[] {
  const paint = { worse: colors.red, added: colors.yellow, better: colors.green, gone: colors.yellow };
  const lines: string[] = [];
  for (const [kind, title] of KINDS) {
    const changes = diff[kind];
    if (changes.length === 0) continue;
    lines.push(paint[kind](colors.bold(`${title} (${grouped(changes.length)})`)));
    for (const change of changes.slice(0, LISTED)) {
      const one = (change.after ?? change.before)!;
      lines.push(`  ${harmless(one.title)}  ${colors.dim(harmless(formatPlace(one)))}`);
      lines.push(`    ${paint[kind](harmless(changeWords(change, '->')))}`);
      if (
        kind !== 'better' &&
        kind !== 'gone' &&
        change.after &&
        isFinding(change.after.result) &&
        change.after.command !== null
      )
        lines.push(`    ${colors.dim(harmless(change.after.command))}`);
    }
    if (changes.length > LISTED) lines.push(`  ${symbols.ellipsis} and ${count(changes.length - LISTED, 'more')}`);
    lines.push('');
  }
  const environment = diff.environment.map((line) => `  ${harmless(line)}`);
  if (environment.length > 0) lines.push(colors.yellow(colors.bold('The environment differs')), ...environment, '');
  return [...lines, summary(diff)];
}

/** The comparison as Markdown: worse cases first and visible, the others folded. */
export function diffMarkdown(diff: ReportDiff): string[] {
  const lines = [`**mktrouble**: ${summary(diff)}`, ''];
  if (diff.environment.length > 0)
    lines.push('The environment differs:', '', ...diff.environment.map((line) => `- ${markdownText(line)}`), '');
  for (const [kind, title] of KINDS) {
    const changes = diff[kind];
    if (changes.length === 0) continue;
    const rows = [
      '| case | | where |',
      '| --- | --- | --- |',
      ...changes.slice(0, LISTED).map((change) => {
        const one = (change.after ?? change.before)!;
        return `| ${markdownText(one.title)} | ${markdownText(changeWords(change, '→'))} | ${markdownText(formatPlace(one))} |`;
      }),
      ...(changes.length > LISTED ? [`| … and ${count(changes.length - LISTED, 'more')} | | |`] : []),
    ];
    const heading = `${title} (${grouped(changes.length)})`;
    if (kind === 'worse') lines.push(`### ${heading}`, '', ...rows, '');
    else lines.push(`<details><summary>${heading}</summary>`, '', ...rows, '', '</details>', '');
  }
  return lines;
}
