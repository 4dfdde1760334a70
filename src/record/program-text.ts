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

/** A call of CRIU: `the dump failed (exit 1): cr-dump.c:1570: Collect mappings failed`. */
export function callText({ of, exit, signal, timedOut, flooded, errors }: CriuRun): string {
  if (exit === 0) return `the ${of} succeeded`;
  const error = errors[0] === undefined ? '' : `: ${errors[0]}`;
  if (timedOut !== undefined) return `the ${of} did not end in ${timedOut} ms${error}`;
  if (flooded !== undefined) return `the ${of} filled its log${error}`;
  return signal === undefined
    ? `the ${of} failed (exit ${exit})${error}`
    : `the ${of} was killed by ${signalName(signal)}${error}`;
}
