/**
 * Other processes, and what they cost. Processor time rather than time of day is compared: on a machine that does other
 * things too, it is what remains the same. The helper threads of Node count, to our own disadvantage.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
/** Everything that the benchmark writes. */
export const FOLDER = path.join(root, '.mktrouble/bench');
const HERE = import.meta.dirname;
/** proc(5): the processor time in /proc/self/stat is in hundredths of a second on every Linux. */
const TICKS_PER_SECOND = 100;

export interface Spent {
  readonly out: string;
  readonly code: number | null;
  /** Processor time of the process and of those that it waited for, in seconds; to a hundredth. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
}

/** Processor time of all children that have ended, in seconds. */
function childrenTime(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  /* cutime and cstime; the first field here is the third of proc(5) */
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Runs a command to its end, at most `limit` seconds. */
export function run(command: string, args: readonly string[], options: { cwd?: string; limit?: number } = {}): Spent {
  const before = childrenTime();
  const began = performance.now();
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    ...(options.limit === undefined ? {} : { timeout: options.limit * 1000, killSignal: 'SIGKILL' as const }),
  });
  if (error && status !== null) throw error;
  const wall = (performance.now() - began) / 1000;
  return { out: status === 0 ? stdout : `${stdout}${stderr}`, code: status, cpu: childrenTime() - before, wall };
}

/** The same for a command that must succeed. */
export function mustRun(command: string, args: readonly string[], options: { cwd?: string } = {}): Spent {
  const spent = run(command, args, options);
  if (spent.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${spent.code}\n${spent.out}`);
  return spent;
}

/** Whether a command is installed. */
export function has(command: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, command)));
}

/** Builds the package, and the programs of this benchmark against it: what is measured is what is installed. */
export function build(): void {
  mustRun(process.execPath, ['build.mjs']);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(path.join(FOLDER, 'programs'), { recursive: true });
  const programs = readdirSync(path.join(HERE, 'programs')).map((name) => `programs/${name}`);
  for (const file of [...programs, 'star.ts']) {
    const text = readFileSync(path.join(HERE, file), 'utf8');
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
      },
    });
    // The folder is as deep below the root as this one.
    const against = outputText.replaceAll('../src/', '../dist/src/');
    writeFileSync(path.join(FOLDER, file.replace(/\.ts$/, '.js')), against);
  }
}

/** Runs one of `programs/` and reads the JSON that it prints. */
export function program<T>(name: string, args: readonly (string | number)[]): T {
  return JSON.parse(
    mustRun(process.execPath, [path.join(FOLDER, 'programs', `${name}.js`), ...args.map(String)]).out,
  ) as T;
}

/** An answer of `mktrouble outcomes --json`, and what it cost from start to end. */
export interface Outcomes extends Spent {
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly outcomes: number;
  /** The most memory that it had, in megabytes. */
  readonly memory: number;
}

/** Runs `mktrouble outcomes` for one scenario; `threads`: cores that its search may use. */
export function outcomes(scenario: object, threads = 1): Outcomes {
  const file = path.join(FOLDER, 'case.yaml');
  const peak = path.join(FOLDER, 'peak');
  const preload = path.join(FOLDER, 'peak.cjs');
  const onExit = `require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS))`;
  writeFileSync(preload, `process.on('exit', () => { ${onExit}; });\n`);
  /* JSON is YAML */
  writeFileSync(file, JSON.stringify(scenario));
  const bin = path.join(root, 'dist/src/cli/bin.js');
  const spent = mustRun(process.execPath, [
    '--require',
    preload,
    bin,
    'outcomes',
    '--json',
    '--parallel',
    String(threads),
    file,
  ]);
  const [answer] = JSON.parse(spent.out).cases;
  const { complete, states, transitions } = answer;
  const memory = Number(readFileSync(peak, 'utf8')) / 1024;
  return { ...spent, complete, states, transitions, outcomes: answer.outcomes.length, memory };
}
