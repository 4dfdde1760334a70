/** Runs one scenario for an editor, in a process of its own: what it found, at the lines that it contradicts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node.js';
import type { CaseReport } from '../../../reporters/shared/case-report.ts';
import { MAX_REPORT_BYTES, parseReport } from '../../../reporters/shared/read-report.ts';
import { isFinding } from '../../../reporters/shared/result.ts';
import { CannotRead, readText } from '../../boundary/read-file.ts';
import { rangeOfWord } from './diagnose.ts';

export interface ScenarioRun {
  /** A sentence. */
  readonly summary: string;
  readonly diagnostics: Diagnostic[];
}

/** Runs the scenario of this name in a saved file. For a run that made no report the summary is what it printed. */
export async function runScenario(file: string, name: string, text: string, signal: AbortSignal): Promise<ScenarioRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-lsp-'));
  const report = path.join(folder, 'report.json');
  try {
    const args = ['run', file, '--grep', titlePattern(name), '--reporter', `json=${report}`, '--records', 'none'];
    const { stderr } = await runSelf(args, signal);
    const made = parseReport(readText(report, MAX_REPORT_BYTES), report);
    if (typeof made === 'string') return { summary: stderr.trim() || made, diagnostics: [] };
    const lines = text.split('\n');
    return {
      summary: `${name}: ${summarize(made.cases)}`,
      diagnostics: made.cases.flatMap((one) => describe(one, lines)),
    };
  } catch (error) {
    if (error instanceof CannotRead) return { summary: `${name} was not run`, diagnostics: [] };
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This program, as it was started. */
function runSelf(args: readonly string[], signal: AbortSignal): Promise<{ readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
      killSignal: 'SIGTERM',
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-10_000);
    });
    child.on('error', (error) => (signal.aborted ? resolve({ stderr }) : reject(error)));
    child.on('close', () => resolve({ stderr }));
  });
}

/** The titles of the cases of a scenario: its name, matrix values, the project, tags. */
function titlePattern(name: string): string {
  return `^${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}( \\[| @| on |$)`;
}

/** `3 passed, 1 failed`. */
export function summarize(cases: readonly Pick<CaseReport, 'result'>[]): string {
  const words = {
    pass: 'passed',
    fail: 'failed',
    flaky: 'flaky',
    error: 'broken',
    incomplete: 'incomplete',
    skip: 'skipped',
  };
  const counts = Object.entries(words).flatMap(([result, word]) => {
    const n = cases.filter((one) => one.result === result).length;
    return n === 0 ? [] : [`${n} ${word}`];
  });
  return counts.length === 0 ? 'no case was run' : counts.join(', ');
}

function describe(
  { result, title, position, violations, reason, replay }: CaseReport,
  lines: readonly string[],
): Diagnostic[] {
  if (!position || result === 'pass' || result === 'skip') return [];
  const shown = isFinding(result)
    ? violations.map((v) => [v.position ?? position, `${v.property}: ${v.message}`] as const)
    : [[position, reason ?? result] as const];
  return shown.map(([place, message]) => ({
    severity: isFinding(result) ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'mktrouble run',
    range: rangeOfWord(lines, place),
    message: [title, message, ...(replay === null ? [] : [`npx mktrouble show ${replay}`])].join('\n'),
  }));
}
