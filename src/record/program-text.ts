/** A program of the scenario's in words: how it ended, and what it wrote. */
import { signalName } from '../model/signals.ts';
import type { CriuEnd, CriuOutput } from './criu.ts';

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
