/** TAP 14: a line for each case as it ends, a YAML block for what went wrong, the plan at the end. */
import { stringify } from 'yaml';
import { harmless } from '../../src/boundary/harmless.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { replayCommand } from '../shared/replay-command.ts';
import type { CaseResult } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { callLines } from '../words/criu.ts';
import { Environments, environmentLines } from '../words/environment.ts';

export class Tap implements Listener {
  readonly #setting: Setting;
  readonly #environments = new Environments();
  #count = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    setting.out.write('TAP version 14\n');
  }

  result(result: CaseResult): void {
    this.#count += 1;
    this.#environments.add(result.verdict?.environment);
    const ok = result.kind === 'pass' || result.kind === 'skip';
    const skip = result.kind === 'skip' ? ` # SKIP ${oneLine(result.reason ?? '')}` : '';
    this.#setting.out.write(`${ok ? 'ok' : 'not ok'} ${this.#count} - ${described(result)}${skip}\n`);
    const facts = collectFacts(result);
    if (facts) this.#setting.out.write(yamlBlock(facts));
  }

  end(summary: Summary): void {
    for (const line of environmentLines(this.#environments.list())) this.#setting.out.write(`# ${oneLine(line)}\n`);
    this.#setting.out.write(
      `1..${this.#count}\n# ${summary.passed} passed, ${summary.failed + summary.errors} failed, ${summary.flaky} flaky, ${summary.incomplete} incomplete, ${summary.skipped} skipped\n`,
    );
    if (summary.interrupted) this.#setting.out.write('Bail out! interrupted\n');
  }
}

/** In a description `#` would begin a directive and `\` an escape. */
function described({ title, path, verdict }: CaseResult): string {
  const words = verdict ? title : [...path, title].join(' ');
  return oneLine(words).replace(/[\\#]/g, '\\$&');
}

function oneLine(text: string): string {
  return harmless(text, true).replace(/\s+/g, ' ').trim();
}

function collectFacts(result: CaseResult): Record<string, unknown> | undefined {
  const { kind, verdict, error, reason, position, duration } = result;
  if (kind === 'skip' || (kind === 'pass' && (verdict?.known.length ?? 0) === 0)) return undefined;
  const plain = (list: NonNullable<typeof verdict>['violations']): unknown[] =>
    list.map(({ property, message, expected, actual, step }) => ({ property, message, expected, actual, step }));
  return {
    message: kind === 'flaky' ? reason : (verdict?.violations[0]?.message ?? reason ?? error?.message),
    severity: kind === 'pass' ? 'comment' : kind,
    ...(position && { at: `${position.file}:${position.line}:${position.column}` }),
    duration_ms: Math.round(duration),
    ...(verdict && {
      backend: verdict.backend,
      ...(verdict.project !== undefined && { project: verdict.project }),
      protocol: verdict.protocol,
      seed: verdict.record?.seed ?? verdict.seed,
    }),
    ...(verdict && verdict.violations.length > 0 && { violations: plain(verdict.violations) }),
    ...(verdict?.record?.criu && { criu: callLines(verdict.record.criu) }),
    ...(verdict && verdict.known.length > 0 && { known: plain(verdict.known) }),
    ...(verdict?.kept !== undefined && { kept: verdict.kept }),
    ...(verdict && kind !== 'pass' && { replay: replayCommand(verdict) }),
    ...(!verdict && error?.stack !== undefined && { stack: error.stack }),
  };
}

/** The diagnostics, indented by two as TAP 14 wants them. */
function yamlBlock(facts: Record<string, unknown>): string {
  const clean = JSON.parse(
    JSON.stringify(facts, (_, value) => (typeof value === 'string' ? harmless(value, true) : value)),
  );
  const body = stringify(clean, { lineWidth: 0 });
  return `  ---\n${body.replace(/^(?=.)/gm, '  ')}  ...\n`;
}
