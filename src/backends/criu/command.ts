/** A program of the scenario's in the namespaces of its case: the subject, its load, or the command that checks it. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { ServerName } from '../../model/criu-servers.ts';
import { errnoName } from '../../model/errno.ts';
import type { CriuEnd, CriuOutput } from '../../record/criu.ts';
import { line } from '../agent/request.ts';
import { BadSurroundings } from '../backend.ts';
import { describeProgram, WORK } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';

/** The folder of the case: the working folder of its commands, where its files are. Empty at first. */
export const CASE_FOLDER = `${WORK}/case`;

/** Bytes of a program's output that a record keeps: its end. */
const KEPT = 4096;

export interface Command {
  /** What its output is kept under. */
  readonly name: 'subject' | 'load' | 'check' | 'rival' | 'verb' | ServerName;
  /** Its pid; 0: any, and it is none of the tree. */
  readonly pid: number;
  /** As the init of a pid namespace of its own. */
  readonly inner: boolean;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

const STARTED = z.object({ done: z.number(), step: z.string().optional() });

/** Starts a command; gives its pid. Rejects with BadSurroundings when it cannot be started. */
export async function startCommand(
  sandbox: Sandbox,
  { name, pid, inner, folder, env, words }: Command,
): Promise<number> {
  const request = [line('command', { pid, inner, name, folder }), ...describeProgram(words, env)];
  const { done, step } = await sandbox.ask(request.join('\n'), STARTED);
  if (done > 0) return done;
  const why = errnoName(-done) ?? `errno ${-done}`;
  const what = { exec: `exec fails with ${why}`, folder: `its working folder ${folder} cannot be entered (${why})` };
  throw new BadSurroundings(
    `the ${name} cannot be started: ${what[step as 'exec'] ?? `${step} fails with ${why}`}\n  ${quoted(words)}`,
  );
}

/** Characters of a command in a message. */
const SHOWN = 2000;

/** A command as it is executed, each word in quotes; a very long one is cut. */
export function quoted(words: readonly string[]): string {
  const text = words.map((word) => JSON.stringify(word)).join(' ');
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${words.length} words)` : text;
}

/** The end of what a command has written. */
export async function readOutput(sandbox: Sandbox, name: Command['name']): Promise<CriuOutput> {
  return { stdout: await readEnd(sandbox, `${name}.stdout`), stderr: await readEnd(sandbox, `${name}.stderr`) };
}

async function readEnd(sandbox: Sandbox, file: string): Promise<string> {
  const opened = await open(sandbox.inside(path.join(WORK, file)), 'r').catch(() => undefined);
  if (!opened) return '';
  try {
    const { size } = await opened.stat();
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(KEPT), 0, KEPT, Math.max(0, size - KEPT));
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    return size > KEPT ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await opened.close();
  }
}

/** How a process ended, from the status that wait() gives. */
export function endFrom(status: number): CriuEnd {
  return (status & 0x7f) === 0 ? { exit: status >> 8 } : { signal: status & 0x7f };
}
