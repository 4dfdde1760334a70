/** The reporter for terminals: one line for each case as it ends, the details of a case that failed, a progress line, a summary. */
import { relative } from 'node:path';
import { harmless } from '../../src/boundary/harmless.ts';
import { isNew } from '../../src/model/signature.ts';
import type { Progress as CaseProgress } from '../../src/record/progress.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { BucketTally } from '../shared/buckets.ts';
import {
  cellText,
  describeBroken,
  ENGINE_CHANGE_NAMES,
  EngineTally,
  summarizeChanges,
  toEngineCase,
} from '../shared/engines.ts';
import { failureLines } from '../shared/failure.ts';
import { identifyFinding } from '../shared/finding.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { Progress } from '../shared/progress.ts';
import { regressionCommand, replayCommand } from '../shared/replay-command.ts';
import { type CaseResult, isFinding } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { cut, width } from '../shared/text.ts';
import type { TextStyle } from '../shared/timeline-text.ts';
import { bucketText } from '../words/bucket.ts';
import { findCause } from '../words/criu.ts';
import { Environments, environmentLines } from '../words/environment.ts';
import { count, duration } from '../words/numbers.ts';
import { Skips } from '../words/skips.ts';
import { fitTitle, formatValues } from '../words/title.ts';
import { triedWords } from '../words/tried.ts';

/** The data of a failed case that the summary needs; nothing else of a case is kept. */
interface Failed {
  readonly title: string;
  readonly place: string;
  readonly why: readonly string[];
  readonly kept?: string;
  readonly command?: string;
  /** Further cases of the same scenario with the same finding. */
  more: number;
}

/** The most failed cases that are listed at the end; all have been printed before. */
const LISTED = 100;
/** Columns of a title and of a reason in a log. No scenario has a longer title; an ordinary test may. */
const TITLE_AT_MOST = 2000;
const REASON_AT_MOST = 1000;
const MARGIN = '  ';
/** Cases of one change in the comparison of engines. */
const ENGINE_ROWS = 20;

export class Spec implements Listener {
  readonly #setting: Setting;
  readonly #progress: Progress;
  readonly #failed: Failed[] = [];
  /** The failed cases by their finding: equal findings of one matrix are printed once. */
  readonly #findings = new Map<string, Failed>();
  readonly #skips = new Skips();
  readonly #environments = new Environments();
  readonly #buckets = new BucketTally();
  readonly #engines = new EngineTally();
  #group: string | undefined;
  #blank = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#progress = new Progress(setting.out, setting.total, { found: (...args) => this.#found(...args) });
  }

  begin(title: string, read?: () => CaseProgress | undefined): void {
    this.#progress.begin(title, read);
  }

  /** A finding of a case that is still under way. */
  #found({ property, message }: Violation, title: string, after: number): void {
    const { colors, symbols } = this.#setting.out;
    const found = `${symbols.fail} found after ${duration(after)}: ${harmless(property)}: ${firstLine(harmless(message))}`;
    this.#print(`${MARGIN}${MARGIN}${harmless(title)}`, `${MARGIN}${MARGIN}  ${colors.red(found)}`);
    this.#note(colors.dim('looking for a smaller case that shows it'));
  }

  result(result: CaseResult): void {
    this.#environments.add(result.verdict?.environment);
    this.#buckets.add(result);
    this.#engines.add(toEngineCase(result));
    this.#header(result);
    this.#line(result);
    if (isFinding(result.kind) || result.kind === 'error') this.#failure(result);
    if (result.kind === 'skip') this.#skips.add(result.reason);
    this.#progress.add(result);
  }

  end(summary: Summary): void {
    this.#progress.end();
    const { colors, symbols } = this.#setting.out;
    const parts = [
      colors.green(`${summary.passed} passed`),
      ...(summary.failed > 0 ? [colors.red(`${summary.failed} failed`)] : []),
      ...(summary.flaky > 0 ? [colors.red(`${summary.flaky} flaky`)] : []),
      ...(summary.errors > 0 ? [colors.red(`${summary.errors} broken`)] : []),
      ...(summary.incomplete > 0 ? [colors.yellow(`${summary.incomplete} incomplete`)] : []),
      ...(summary.skipped > 0 ? [colors.yellow(`${summary.skipped} skipped`)] : []),
      ...(summary.known > 0 ? [colors.cyan(`${count(summary.known, 'known defect')} found`)] : []),
    ];
    const time = colors.dim(` (${duration(summary.duration)})`);
    if (this.#failed.length > 0) this.#print('', `${MARGIN}${colors.bold('Failed')}`);
    this.#failed.slice(0, LISTED).forEach((failed, i) => {
      this.#print(`${MARGIN}${String(i + 1).padStart(3)}) ${[failed.place, failed.title].filter(Boolean).join('  ')}`);
      for (const why of failed.why) this.#print(`${MARGIN}     ${colors.red(why)}`);
      if (failed.more > 0)
        this.#print(`${MARGIN}     ${colors.dim(`the same in ${count(failed.more, 'more case')} of this scenario`)}`);
      if (failed.kept !== undefined) this.#print(`${MARGIN}     ${colors.dim(`kept: ${harmless(failed.kept)}`)}`);
      if (failed.command !== undefined) this.#print(`${MARGIN}     ${colors.dim(failed.command)}`);
    });
    const more = this.#failed.length - LISTED;
    if (more > 0) this.#print(`${MARGIN}     ${symbols.ellipsis} and ${count(more, 'more')}`);
    this.#defects();
    this.#compare();
    if (this.#skips.total > 0) this.#print('', `${MARGIN}${colors.bold('Skipped')}`);
    for (const line of this.#skips.lines()) this.#print(`${MARGIN}  ${colors.yellow(harmless(line))}`);
    this.#environment(summary);
    if (summary.interrupted) this.#print('', `${MARGIN}${colors.yellow('Interrupted: results so far')}`);
    this.#print('', `${MARGIN}${parts.join(', ')}${time}`, '');
  }

  /** The failed cases by defect. */
  #defects(): void {
    const { colors, symbols } = this.#setting.out;
    const failed = this.#buckets.list().filter((one) => one.failed > 0);
    if (failed.length > 0) this.#print('', `${MARGIN}${colors.bold('Defects')}`);
    for (const { bucket, failed: cases } of failed.slice(0, LISTED)) {
      const paint = isNew(bucket) ? colors.red : colors.cyan;
      const text = cut(harmless(bucketText(bucket)), REASON_AT_MOST, symbols.ellipsis);
      this.#print(`${MARGIN}${String(cases).padStart(5)}  ${paint(text)}`);
    }
  }

  /** Several engines side by side: what is new first, what is still there only as a number. */
  #compare(): void {
    const projects = this.#engines.projects();
    if (projects.length === 0) return;
    const { colors, symbols } = this.#setting.out;
    const rows = this.#engines.rows();
    this.#print('', `${MARGIN}${colors.bold('Engines')}`, `${MARGIN}  ${harmless(summarizeChanges(projects, rows))}`);
    for (const one of this.#engines.broken()) this.#print(`${MARGIN}  ${colors.red(harmless(describeBroken(one)))}`);
    for (const change of ENGINE_CHANGE_NAMES) {
      const mine = rows.filter((row) => row.change === change);
      if (change === 'still there' || mine.length === 0) continue;
      const paint = change === 'new' ? colors.red : change === 'fixed' ? colors.green : colors.yellow;
      this.#print(`${MARGIN}  ${paint(change)}`);
      for (const { title, cells } of mine.slice(0, ENGINE_ROWS)) {
        this.#print(`${MARGIN}    ${cut(harmless(title), REASON_AT_MOST, symbols.ellipsis)}`);
        const columns = cells.map((cell, i) => `${projects[i]}: ${cellText(cell)}`).join('  |  ');
        this.#print(`${MARGIN}      ${colors.dim(harmless(columns))}`);
      }
      if (mine.length > ENGINE_ROWS)
        this.#print(`${MARGIN}    ${symbols.ellipsis} and ${count(mine.length - ENGINE_ROWS, 'more')}`);
      const smallest = mine.map(regressionCommand).find((command) => command !== undefined);
      if (smallest !== undefined) this.#print(`${MARGIN}    the smallest scenario: ${harmless(smallest)}`);
    }
  }

  /** The environment: printed when a case did not pass, and whenever real processes took part, since another machine may give another result. */
  #environment({ passed, cases }: Summary): void {
    const all = this.#environments.list();
    if (passed === cases && all.every(({ backend }) => backend === 'simulated')) return;
    const lines = environmentLines(all).map((line) => `${MARGIN}${this.#setting.out.colors.dim(harmless(line))}`);
    if (lines.length > 0) this.#print('', ...lines);
  }

  /** The file with its theme, whenever it changes; suites for tests that are no scenarios. */
  #header({ verdict, position, path }: CaseResult): void {
    const group = verdict || path.length === 0 ? (position?.file ?? '') : path.join(' > ');
    if (group === this.#group) return;
    this.#group = group;
    this.#print('', `${MARGIN}${this.#setting.out.colors.bold(harmless(verdict ? shortPath(group) : group))}`);
  }

  #line(result: CaseResult): void {
    const { out } = this.#setting;
    const { colors } = out;
    const columns = Number.isFinite(out.columns) ? out.columns : 120;
    const room = columns - MARGIN.length * 2 - 2;
    // In a terminal a long title displaces the number of runs first, then the time. A log keeps everything.
    const shown = this.#title(result, room);
    const fitting =
      [formatDetails(result), formatTime(result), ''].find((d) => width(shown) + width(d) + 1 <= room) ?? '';
    const details = out.terminal ? fitting : formatDetails(result);
    const gap = ' '.repeat(Math.max(1, Math.min(room - width(details), 72) - width(shown)));
    const [sign, paint] = this.#sign(result);
    this.#print(`${MARGIN}${MARGIN}${sign} ${paint(shown)}${details === '' ? '' : colors.dim(gap + details)}`);
    const { verdict } = result;
    if (verdict && verdict.known.length > 0) {
      const names = [...new Set(verdict.known.map((v) => v.property))].join(', ');
      this.#note(colors.cyan(`${out.symbols.known} known defect found, as expected: ${harmless(names)}`));
    }
    if (result.kind === 'flaky') this.#note(colors.red(`flaky: ${harmless(result.reason ?? '')}`));
    if (result.kind === 'incomplete') this.#note(colors.yellow(`incomplete: ${harmless(result.reason ?? '')}`));
  }

  /** The title, in a terminal in at most so many columns. */
  #title(result: CaseResult, columns: number): string {
    const { terminal, symbols } = this.#setting.out;
    const [title, values] = [harmless(result.title), harmless(formatValues(result))];
    return fitTitle(title, values, terminal ? columns : TITLE_AT_MOST, symbols.ellipsis);
  }

  #note(text: string): void {
    this.#print(`${MARGIN}${MARGIN}  ${text}`);
  }

  #sign({ kind }: CaseResult): [string, (s: string) => string] {
    const { colors, symbols } = this.#setting.out;
    if (kind === 'pass') return [colors.green(symbols.pass), (s) => s];
    if (kind === 'skip') return [colors.yellow(symbols.skip), colors.dim];
    if (kind === 'incomplete') return [colors.yellow(symbols.incomplete), colors.yellow];
    if (kind === 'error') return [colors.red(symbols.broken), colors.red];
    if (kind === 'flaky') return [colors.red(symbols.flaky), colors.red];
    return [colors.red(symbols.fail), colors.red];
  }

  #failure(result: CaseResult): void {
    const { colors, symbols, columns, terminal } = this.#setting.out;
    const finding = identifyFinding(result);
    const before = finding === undefined ? undefined : this.#findings.get(finding);
    if (before) {
      before.more += 1;
      const names = [...new Set(result.verdict!.violations.map(({ property }) => property))].join(', ');
      this.#note(colors.dim(`the same finding as in ${before.title}: ${harmless(names)}`));
      this.#note(colors.dim(replayCommand(result.verdict!)));
      return;
    }
    const indent = MARGIN.repeat(3);
    const style: TextStyle = { colors, symbols, columns: Math.max(24, columns - indent.length) };
    const place = formatPlace(result);
    const lines = failureLines(result, style);
    this.#print(
      ...[...(place === '' ? [] : [colors.underline(place)]), ...lines].map((line) => `${indent}${line}`),
      '',
    );
    const failed: Failed = {
      more: 0,
      title: this.#title(result, 200),
      place,
      why: listReasons(result).map((why) => cut(harmless(why), terminal ? 200 : REASON_AT_MOST, symbols.ellipsis)),
      ...(result.verdict?.kept !== undefined && { kept: result.verdict.kept }),
      ...(result.verdict && { command: replayCommand(result.verdict) }),
    };
    this.#failed.push(failed);
    if (finding !== undefined) this.#findings.set(finding, failed);
  }

  /** Writes lines; of several empty ones in a row only the first. */
  #print(...lines: string[]): void {
    for (const line of lines) {
      if (line !== '' || !this.#blank) this.#setting.out.write(`${line}\n`);
      this.#blank = line === '';
    }
  }
}

function listReasons({ verdict, error, reason }: CaseResult): string[] {
  if (verdict && verdict.violations.length > 0) {
    const shown = verdict.violations.slice(0, 3).map((v) => `${v.property}: ${firstLine(v.message)}`);
    const more = verdict.violations.length - shown.length;
    const cause = verdict.record?.criu && findCause(verdict.record.criu);
    return [
      ...shown,
      ...(more > 0 ? [`and ${count(more, 'more violation')}`] : []),
      ...(cause === undefined ? [] : [cause]),
    ];
  }
  return [firstLine(reason ?? error?.message ?? 'failed')];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

function formatPlace({ position, verdict }: CaseResult): string {
  if (!position) return '';
  return harmless(verdict ? `${shortPath(position.file)}:${position.line}` : shortPath(position.file));
}

function formatDetails(result: CaseResult): string {
  const { verdict } = result;
  const where = verdict ? (verdict.project ?? (verdict.backend === 'simulated' ? '' : verdict.backend)) : '';
  const tried = verdict ? triedWords(verdict) : '';
  return [where, tried, formatTime(result)].filter(Boolean).join(', ');
}

function formatTime({ duration: ms }: CaseResult): string {
  return ms >= 1 ? duration(ms) : '';
}

/** Relative to the current folder, when that is shorter. */
function shortPath(file: string): string {
  const from = relative(process.cwd(), file);
  return from !== '' && !from.startsWith('..') && from.length < file.length ? from : file;
}
