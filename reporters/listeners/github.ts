/** Annotations for GitHub Actions at file and line of the scenario, and a summary in Markdown for the job's page. */
import { isAbsolute, relative } from 'node:path';
import { harmless } from '../../src/boundary/harmless.ts';
import { appendToFile } from '../../src/boundary/write-file.ts';
import type { Position } from '../../src/model/case.ts';
import { type Bucket, isNew } from '../../src/model/signature.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { BucketTally } from '../shared/buckets.ts';
import { cellText, describeBroken, EngineTally, summarizeChanges, toEngineCase } from '../shared/engines.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { replayCommand } from '../shared/replay-command.ts';
import { type CaseResult, placeIn } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { bucketText } from '../words/bucket.ts';
import { callLines, findCause } from '../words/criu.ts';
import { Environments, environmentLines, hostWords, toolWords } from '../words/environment.ts';
import { markdownText } from '../words/markdown.ts';
import { count, duration } from '../words/numbers.ts';
import { Skips } from '../words/skips.ts';
import { fitTitle, formatValues } from '../words/title.ts';

interface Row {
  readonly place: string;
  readonly title: string;
  readonly what: string;
  readonly command: string;
}

/** The most rows: a job summary may have 1 MiB. */
const ROWS = 100;
const CELL = 300;
/** Columns of a title in a row, without its matrix values. */
const TITLE = 1000;
/** Errors of a call of CRIU in an annotation, which has room for a few lines. */
const ERRORS = 3;

export class Github implements Listener {
  readonly #setting: Setting;
  readonly #root: string;
  readonly #summaryFile: string | undefined;
  readonly #rows: Row[] = [];
  readonly #skips = new Skips();
  readonly #environments = new Environments();
  readonly #buckets = new BucketTally();
  readonly #engines = new EngineTally();
  #more = 0;

  constructor(setting: Setting, env: Readonly<Record<string, string | undefined>> = process.env) {
    this.#setting = setting;
    this.#root = env['GITHUB_WORKSPACE'] || process.cwd();
    const { summary } = setting.options;
    this.#summaryFile = typeof summary === 'string' ? summary : env['GITHUB_STEP_SUMMARY'] || undefined;
  }

  result(result: CaseResult): void {
    const { kind, reason, verdict } = result;
    this.#environments.add(verdict?.environment);
    this.#buckets.add(result);
    this.#engines.add(toEngineCase(result));
    if (kind === 'skip') this.#skips.add(reason);
    if (kind === 'pass' || kind === 'skip') return;
    for (const [position, message] of composeMessages(result)) this.#annotate(position, result.title, message);
    this.#remember(result);
  }

  end(summary: Summary): void {
    if (this.#summaryFile !== undefined) appendToFile(this.#summaryFile, this.#markdown(summary));
  }

  #annotate(position: Position | undefined, title: string, message: string): void {
    const properties = [
      ...(position
        ? [`file=${property(this.#path(position.file))}`, `line=${position.line}`, `col=${position.column}`]
        : []),
      `title=${property(title)}`,
    ];
    this.#setting.out.writeRaw(`::error ${properties.join(',')}::${data(message)}\n`);
  }

  #remember(result: CaseResult): void {
    if (this.#rows.length >= ROWS) {
      this.#more += 1;
      return;
    }
    const { verdict, position, title, error, reason } = result;
    const what =
      verdict && verdict.violations.length > 0
        ? [
            ...flakyWords(result),
            ...verdict.violations.map((v) => `${v.property}: ${v.message}`),
            ...listCauses(verdict),
          ].join('; ')
        : undefined;
    this.#rows.push({
      place: position ? `${this.#path(position.file)}:${position.line}` : '',
      title: fitTitle(title, formatValues(result), TITLE, '…'),
      what: what ?? reason ?? error?.message ?? '',
      command: verdict ? replayCommand(verdict) : '',
    });
  }

  /** Annotations are found by paths from the root of the repository. */
  #path(file: string): string {
    const from = isAbsolute(file) ? relative(this.#root, file) : relative(this.#root, `${process.cwd()}/${file}`);
    return from.startsWith('..') ? file : from;
  }

  #markdown(summary: Summary): string {
    const lines = [
      `### mktrouble: ${headline(summary)}`,
      '',
      `${summary.passed} passed, ${summary.failed} failed, ${summary.flaky} flaky, ${summary.errors} broken, ${summary.incomplete} incomplete, ${summary.skipped} skipped, ` +
        `${count(summary.known, 'known defect')} found, in ${duration(summary.duration)}${summary.interrupted ? ' (interrupted)' : ''}`,
      '',
    ];
    if (this.#rows.length > 0) lines.push('| scenario | case | what | again |', '| --- | --- | --- | --- |');
    for (const row of this.#rows) {
      const command = row.command === '' ? '' : `<code>${markdownText(row.command)}</code>`;
      lines.push(
        `| ${markdownText(row.place, CELL)} | ${markdownText(row.title)} | ${markdownText(row.what, CELL)} | ${command} |`,
      );
    }
    if (this.#more > 0) lines.push('', `and ${this.#more} more`);
    lines.push(...this.#listDefects(), ...this.#compare());
    if (this.#skips.total > 0) lines.push('', '<details><summary>Skipped</summary>', '');
    for (const line of this.#skips.lines()) lines.push(`- ${markdownText(line, CELL)}`);
    if (this.#skips.total > 0) lines.push('', '</details>');
    for (const line of environmentLines(this.#environments.list())) lines.push('', markdownText(line));
    return `${lines.join('\n')}\n\n`;
  }

  /** The defects that were found, new ones first. Known defects are listed too: they show what the run covers. */
  #listDefects(): string[] {
    const list = this.#buckets.list();
    if (list.length === 0) return [];
    const sorted = [...list.filter(({ bucket }) => isNew(bucket)), ...list.filter(({ bucket }) => !isNew(bucket))];
    const news = sorted.filter(({ bucket }) => isNew(bucket)).length;
    const rows = sorted.slice(0, ROWS).map(({ bucket, cases, failed }) => {
      const issue = bucket.issue === undefined ? '' : markdownText(bucket.issue);
      const text = bucket.title ?? bucketText(bucket);
      return `| ${stateWords(bucket)} | ${markdownText(text, CELL)} | ${cases} | ${failed} | ${issue} |`;
    });
    return [
      '',
      `#### Defects: ${news} new, ${sorted.length - news} known`,
      '',
      '| state | defect | cases | of these fail | issue |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      ...(sorted.length > ROWS ? ['', `and ${sorted.length - ROWS} more`] : []),
    ];
  }

  /** Several engines, a column each. */
  #compare(): string[] {
    const projects = this.#engines.projects();
    if (projects.length === 0) return [];
    const rows = this.#engines.rows();
    const shown = rows.filter(({ change }) => change !== 'still there').slice(0, ROWS);
    const head = ['case', 'change', ...projects].map((text) => markdownText(text));
    return [
      '',
      `#### Engines: ${markdownText(summarizeChanges(projects, rows))}`,
      ...this.#engines.broken().flatMap((one) => ['', markdownText(describeBroken(one))]),
      ...(shown.length === 0 ? [] : ['', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`]),
      ...shown.map(({ title, change, cells }) => {
        const words = [title, change, ...cells.map(cellText)].map((text) => markdownText(text, CELL));
        return `| ${words.join(' | ')} |`;
      }),
    ];
  }
}

/** How a defect counts: one that is new, or was fixed, is a regression. */
function stateWords({ state }: Bucket): string {
  return isNew({ state }) ? `**${state === 'fixed' ? 'was fixed' : 'new'}**` : state;
}

function flakyWords({ kind, reason }: CaseResult): string[] {
  return kind === 'flaky' ? [reason ?? 'flaky'] : [];
}

function listCauses({ record }: Verdict): string[] {
  const cause = record?.criu && findCause(record.criu);
  return cause === undefined ? [] : [cause];
}

function headline({ failed, flaky, errors, incomplete }: Summary): string {
  const bad = failed + errors;
  if (bad > 0) return `${count(bad, 'case')} failed`;
  if (flaky > 0) return `${count(flaky, 'case')} flaky`;
  return incomplete > 0 ? `${count(incomplete, 'search', 'searches')} incomplete` : 'all cases passed';
}

/** Each violation at the position of the expectation that it contradicts, else at the scenario. */
function composeMessages(result: CaseResult): [Position | undefined, string][] {
  const { verdict, position, error, reason } = result;
  if (!verdict && error) return mistakesIn(error.message, position);
  if (!verdict || verdict.violations.length === 0) return [[position, reason ?? error?.message ?? 'failed']];
  const command = replayCommand(verdict);
  const criu = verdict.record?.criu;
  const { environment, kept } = verdict;
  const tool = environment && toolWords(environment);
  const calls = criu ? [tool ?? `CRIU ${criu.version}`, ...callLines(criu, ERRORS)] : [];
  return verdict.violations.map((v) => [
    v.position ?? position,
    [
      ...flakyWords(result),
      `${v.property}: ${v.message}`,
      ...(v.expected === undefined ? [] : [`expected: ${v.expected}`]),
      ...(v.actual === undefined ? [] : [`actual: ${v.actual}`]),
      ...calls,
      ...(kept === undefined ? [] : [`kept: ${kept}`]),
      command,
      ...(environment ? [hostWords(environment)] : []),
    ].join('\n'),
  ]);
}

/** Every mistake in a scenario file at its own place; any other message as a whole. */
function mistakesIn(message: string, position: Position | undefined): [Position | undefined, string][] {
  const blocks = message.split('\n\n');
  if (!blocks.every((block) => placeIn(block))) return [[position, message]];
  return blocks.map((block) => [placeIn(block), block]);
}

function data(text: string): string {
  return harmless(text, true).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
