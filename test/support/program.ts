/** Runs `mktrouble` and other programs as a user does, and gathers what they say. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './markdown.ts';

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output contains the text. Rejects when it ends without. */
  says(text: string): Promise<void>;
}

export interface ProgramSetting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program. Its environment has no colours, and nothing of the Mocha that runs the test. */
export function start(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {} }: ProgramSetting = {},
): RunningProgram {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MOCHA_|MKTROUBLE_|NODE_OPTIONS|FORCE_COLOR|CI$)/.test(name)),
  );
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => stdout.includes(text) && resolve();
      child.stdout.on('data', look);
      child.on('close', () =>
        reject(new Error(`it ended without saying ${JSON.stringify(text)}:\n${stdout}${stderr}`)),
      );
      look();
    });
  return { process: child, ended, says };
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], setting?: ProgramSetting): Promise<Ended> {
  return start(command, args, setting).ended;
}

const BUILT = path.join(ROOT, 'dist/src/cli/bin.js');
const SOURCE = path.join(ROOT, 'src/cli/bin.ts');

/** The arguments of Node that run `mktrouble`: the build, which runs the sources when they are newer; else the sources. */
export const PROGRAM: readonly string[] = existsSync(BUILT)
  ? [BUILT]
  : ['--import', import.meta.resolve('tsx'), SOURCE];

/** Runs `mktrouble` with these arguments. */
export function mktrouble(args: readonly string[], setting?: ProgramSetting): Promise<Ended> {
  return run(process.execPath, [...PROGRAM, ...args], setting);
}
