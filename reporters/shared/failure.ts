/** The details of a case that did not pass, as lines: for the terminal, for JUnit's system-out, for TAP. */
import { harmless } from '../../src/boundary/harmless.ts';
import type { Verdict, Violation } from '../../src/record/verdict.ts';
import { bucketText } from '../words/bucket.ts';
import { faultSentence } from '../words/case.ts';
import { waitLines } from '../words/census.ts';
import { callLines } from '../words/criu.ts';
import { setupLines } from '../words/criu-setup.ts';
import { toolWords } from '../words/environment.ts';
import { count } from '../words/numbers.ts';
import { isLongRecord } from './large-record.ts';
import { replayCommand } from './replay-command.ts';
import type { CaseResult } from './result.ts';
import { head, wrap } from './text.ts';
import { buildTimeline } from './timeline.ts';
import { drawTimeline, type TextStyle } from './timeline-text.ts';
import { drawTree } from './tree.ts';

/** How many stretches explain a violation on a terminal. */
const STRETCHES = 20;
const LINES_OF_TEXT = 30;

/** Tree, faults, calls of CRIU or a timeline (at most so many stretches), violations, replay command; for an ordinary test its error. */
export function failureLines(result: CaseResult, style: TextStyle, stretches: number = STRETCHES): string[] {
  const { verdict } = result;
  if (!verdict) return errorLines(result, style);
  const violations = verdict.violations.length > 0 ? verdict.violations : verdict.known;
  return [
    ...section('why', verdict.why === undefined ? [] : textLines(verdict.why, style), style),
    ...section(
      'broken',
      result.kind === 'error' ? textLines(verdict.reason ?? result.error?.message ?? '', style) : [],
      style,
    ),
    ...section('flaky', result.kind === 'flaky' ? textLines(verdict.reason ?? '', style) : [], style),
    ...section('incomplete', result.kind === 'incomplete' ? textLines(verdict.reason ?? '', style) : [], style),
    ...section(
      treeTitle(verdict),
      verdict.record || verdict.case ? drawTree(verdict.record, verdict.case, inner(style)) : [],
      style,
    ),
    ...section(
      'faults',
      faultLines(result).flatMap((line) => textLines(line, style)),
      style,
    ),
    ...runSections(result, violations, style, stretches),
    ...violations.flatMap((violation) => violationLines(violation, style)),
    ...section('defect', verdict.bucket ? textLines(bucketText(verdict.bucket), style) : [], style),
    ...section('kept', verdict.kept === undefined ? [] : [harmless(verdict.kept)], style),
    ...section('replay', [replayCommand(verdict)], style),
  ];
}

/** The events of the run, or of both runs where a real run disagrees with the model: the calls of CRIU; for any other backend the timeline. */
function runSections(
  { verdict }: CaseResult,
  violations: readonly Violation[],
  style: TextStyle,
  stretches: number,
): string[] {
  const records = verdict?.differential ?? (verdict?.record ? [verdict.record] : []);
  return records.flatMap((record) => {
    if (record.criu) {
      const calls = callLines(record.criu).flatMap((line) => textLines(line, style));
      const tool = verdict?.environment && toolWords(verdict.environment);
      return section(harmless(tool ?? `CRIU ${record.criu.version}`), calls, style);
    }
    if (isLongRecord(record))
      return section('timeline', [`left out: the run has ${count(record.events.length, 'event')}`], style);
    const timeline = buildTimeline(record, { violations, keep: stretches });
    const end = { over: '', crashed: '; a kernel defect stopped it', cut: '; cut at the limit of steps' }[record.end];
    const title = records.length > 1 ? `timeline on ${record.backend}${end}` : `timeline${end}`;
    return [
      ...section(title, drawTimeline(record, timeline, inner(style)), style),
      ...section(
        'where each task was at the end',
        waitLines(record).flatMap((line) => textLines(line, style)),
        style,
      ),
    ];
  });
}

/** Whether the tree is the scenario's, and what was done to make it smaller. */
function treeTitle({ shrunk, shrinking }: Verdict): string {
  const tried = shrinking ? count(shrinking.tried, 'smaller case') : '';
  const stopped = shrinking?.stopped ? `; shrinking was stopped at its budget, after ${tried}` : '';
  if (shrunk) return stopped === '' ? 'minimal reproducing tree' : `smaller tree that shows it${stopped}`;
  if (stopped !== '') return `tree${stopped}`;
  return shrinking && shrinking.tried > 0 ? `tree; no smaller case shows it: ${tried} tried` : 'tree';
}

function faultLines({ verdict }: CaseResult): string[] {
  const c = verdict?.case;
  if (c)
    return [
      ...c.faults.map((fault) => `${fault.name}: ${faultSentence(fault)}`),
      ...setupLines(c.criu, verdict?.record?.criu?.edits),
    ];
  const events = verdict?.record?.events.filter((event) => event.kind === 'fault') ?? [];
  return events.map((e) => `${e.fault}: ${e.verb}${e.target === undefined ? '' : ` ${e.target}`}`);
}

function violationLines(violation: Violation, style: TextStyle): string[] {
  const { colors, symbols } = style;
  const { property, message, expected, actual, position, step } = violation;
  const at = step === undefined ? '' : colors.dim(` at step ${step}`);
  return [
    `${colors.red(`${symbols.fail} ${colors.bold(harmless(property))}`)}${at}`,
    ...textLines(message, style).map((line) => `  ${line}`),
    ...(expected === undefined ? [] : labelled('expected', expected, style)),
    ...(actual === undefined ? [] : labelled('actual', actual, style)),
    ...(position === undefined
      ? []
      : [`  ${colors.dim(harmless(`${position.file}:${position.line}:${position.column}`))}`]),
  ];
}

function labelled(label: string, text: string, style: TextStyle): string[] {
  const color = label === 'expected' ? style.colors.green : style.colors.red;
  return textLines(text, style).map(
    (line, i) => `  ${style.colors.dim(i === 0 ? label.padEnd(8) : ' '.repeat(8))} ${color(line)}`,
  );
}

function errorLines({ error, reason }: CaseResult, style: TextStyle): string[] {
  const message = error?.message ?? reason ?? 'failed without a message';
  const stack = (error?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [...textLines(message, style), ...stack.slice(0, 4).map((line) => style.colors.dim(harmless(line.trim())))];
}

function section(title: string, lines: readonly string[], style: TextStyle): string[] {
  if (lines.length === 0) return [];
  return [style.colors.dim(title), ...lines.map((line) => `  ${line}`)];
}

/** A text as harmless, wrapped lines; a very long one is cut, and says so. */
function textLines(text: string, style: TextStyle): string[] {
  const { lines, more } = head(harmless(text, true).trimEnd(), LINES_OF_TEXT);
  const wrapped = lines.flatMap((line) =>
    line.length > 2_000 ? [`${line.slice(0, 2_000)}${style.symbols.ellipsis}`] : [line],
  );
  const room = inner(style).columns;
  const shown = wrapped.flatMap((line) => (Number.isFinite(room) && !/^\s/.test(line) ? wrap(line, room) : [line]));
  return more > 0 ? [...shown, style.colors.dim(`${style.symbols.ellipsis} ${more} more lines`)] : shown;
}

function inner(style: TextStyle): TextStyle {
  return { ...style, columns: Math.max(20, style.columns - 2) };
}
