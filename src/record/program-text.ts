/** CRIU, and a program of the scenario's, in words: how they ended, and what they wrote. */
import { signalName } from '../model/signals.ts';
import type { CriuEnd, CriuOutput, CriuRun } from './criu.ts';

/** `ended with exit status 3`, `was killed by SIGSEGV`. */
export function endText({ exit, signal }: CriuEnd): string {
  return signal === undefined ? `ended with exit status ${exit}` : `was killed by ${signalName(signal)}`;
}

/** The end of both streams, each under its name, or that it is empty. */
export function outputText({ stdout, stderr }: CriuOutput): string {
  return [part('standard error', stderr), part('standard output', stdout)].join('\n');
}

function part(stream: string, text: string): string {
  const trimmed = text.trimEnd();
  return trimmed === '' ? `its ${stream} is empty` : `the end of its ${stream}:\n${trimmed.replace(/^/gm, '  ')}`;
}

/** How a call of CRIU ended: `succeeded`, `failed (exit 1)`, `was killed by SIGSEGV`. */
export function callEnd({ exit, signal, timedOut, flooded }: CriuRun): string {
  if (timedOut !== undefined) return `did not end in ${timedOut} ms`;
  if (flooded !== undefined) return 'filled its log';
  if (signal !== undefined) return `was killed by ${signalName(signal)}`;
  return exit === 0 ? 'succeeded' : `failed (exit ${exit})`;
}

/** A call of CRIU with its first error: `the dump failed (exit 1): cr-dump.c:1570: Collect mappings failed`. */
export function callText(run: CriuRun): string {
  const error = run.exit === 0 || run.errors[0] === undefined ? '' : `: ${run.errors[0]}`;
  return `the ${run.of} ${callEnd(run)}${error}`;
}
