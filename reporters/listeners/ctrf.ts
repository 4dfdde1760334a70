/** CTRF, the Common Test Report Format (ctrf.io): one JSON document that many dashboards and actions read. */
import { harmless } from '../../src/boundary/harmless.ts';
import { packageVersion } from '../../src/boundary/package.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { replayCommand } from '../shared/replay-command.ts';
import type { CaseResult } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { bucketText } from '../words/bucket.ts';

/** A search that was stopped has neither passed nor failed; a flaky case has failed once. */
const STATUS = {
  pass: 'passed',
  fail: 'failed',
  flaky: 'failed',
  error: 'failed',
  incomplete: 'other',
  skip: 'skipped',
} as const;

export class Ctrf implements Listener {
  readonly #setting: Setting;
  readonly #tests: object[] = [];
  readonly #suites = new Set<string>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  result(result: CaseResult): void {
    const { kind, title, path, position, duration, verdict, error } = result;
    const suite = path.length > 0 ? path : [position?.file ?? 'tests'];
    const message = composeMessage(result);
    const matrix = Object.entries(verdict?.case?.matrix ?? {});
    this.#suites.add(suite.join('\n'));
    this.#tests.push({
      name: harmless(title) || 'test',
      status: STATUS[kind],
      rawStatus: kind,
      ...(kind === 'flaky' && { flaky: true }),
      ...(verdict?.attempts && { retries: verdict.attempts.length - 1 }),
      duration: Math.round(duration),
      suite: suite.map((one) => harmless(one)),
      ...(verdict && { testId: harmless(verdict.id) }),
      ...(message !== '' && { message: harmless(message, true) }),
      ...(!verdict && error?.stack !== undefined && { trace: harmless(error.stack, true) }),
      ...(position && { filePath: harmless(position.file), line: position.line }),
      ...(verdict && verdict.tags.length > 0 && { tags: verdict.tags.map((tag) => harmless(tag)) }),
      ...(matrix.length > 0 && { parameters: Object.fromEntries(matrix) }),
      ...(verdict && { labels: listLabels(verdict) }),
      ...(verdict && { extra: { command: harmless(replayCommand(verdict)) } }),
    });
  }

  end({ cases, passed, failed, flaky, errors, skipped, incomplete, duration }: Summary): void {
    const stop = Date.now();
    const report = {
      reportFormat: 'CTRF',
      specVersion: '0.0.0',
      generatedBy: 'mktrouble',
      timestamp: new Date(stop).toISOString(),
      results: {
        tool: { name: 'mktrouble', version: packageVersion() },
        summary: {
          tests: cases,
          passed,
          failed: failed + flaky + errors,
          flaky,
          skipped,
          pending: 0,
          other: incomplete,
          suites: this.#suites.size,
          start: stop - Math.round(duration),
          stop,
          duration: Math.round(duration),
        },
        tests: this.#tests,
      },
    };
    this.#setting.out.write(`${JSON.stringify(report, undefined, 1)}\n`);
  }
}

function composeMessage({ kind, verdict, error, reason }: CaseResult): string {
  if (kind === 'pass') return '';
  const violations = verdict?.violations ?? [];
  if (violations.length === 0) return reason ?? error?.message ?? '';
  const lines = violations.map(({ property, message }) => `${property}: ${message}`);
  const before = kind === 'flaky' ? [reason ?? 'flaky'] : [];
  return [...before, ...lines, ...(verdict?.bucket ? [bucketText(verdict.bucket)] : [])].join('\n');
}

type Verdict = NonNullable<CaseResult['verdict']>;

function listLabels({ backend, protocol, seed, bucket }: Verdict): Readonly<Record<string, string>> {
  return {
    backend,
    protocol,
    seed: harmless(seed),
    ...(bucket && { signature: bucket.id, 'defect-state': bucket.state }),
    ...(bucket?.defect !== undefined && { defect: bucket.defect }),
  };
}
