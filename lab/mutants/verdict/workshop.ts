/** A copy of the source in which a mutant stands in for the original, and the tests of its rule are run. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { criu } from '../../../src/backends/criu/index.ts';
import { locateCriu } from '../../../src/backends/criu/locate.ts';
import { ROOT } from '../../../test/scenarios/support.ts';
import type { RuleMutant } from './mutants.ts';

const COPIED = [
  'src',
  'test',
  'reporters',
  'scenarios',
  'docs',
  'lab',
  'package.json',
  'tsconfig.json',
  '.mocharc.json',
];
/** Milliseconds of a run of tests; one that takes longer does not end. */
const LIMIT = 1_200_000;

/** Result of the tests: the first that failed, or that they passed. */
export interface Said {
  readonly failed?: string;
  /** How many passed. */
  readonly passed: number;
}

export class Workshop {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Makes the copy. Its programs have a cache of their own: of a mutant in C nothing stays. */
  static async open(): Promise<Workshop> {
    const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-mutants-'));
    for (const name of COPIED.filter((one) => existsSync(path.join(ROOT, one))))
      cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    mkdirSync(path.join(folder, 'cache'), { mode: 0o700 });
    const located = await locateCriu();
    const program = path.join(folder, 'cache', 'criu');
    if (typeof located !== 'string')
      writeFileSync(program, `#!/bin/sh\nexec ${located.command.join(' ')} "$@"\n`, { mode: 0o700 });
    return new Workshop(folder, {
      ...process.env,
      MKTROUBLE_CACHE: path.join(folder, 'cache'),
      ...(typeof located !== 'string' && { MKTROUBLE_CRIU: program }),
    });
  }

  /** Runs tests up to the first that fails, with a mutant in place of the original, or with none. */
  async run(tests: readonly string[], mutant?: Pick<RuleMutant, 'file' | 'text'>): Promise<Said> {
    const target = mutant && path.join(this.#folder, mutant.file);
    const original = target && readFileSync(target);
    if (target) writeFileSync(target, mutant.text);
    try {
      return await this.#mocha(tests);
    } finally {
      if (target) writeFileSync(target, original!);
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #mocha(tests: readonly string[]): Promise<Said> {
    const report = path.join(this.#folder, 'report.json');
    rmSync(report, { force: true });
    const args = [
      '--bail',
      '--exit',
      '--timeout',
      '120000',
      '--reporter',
      'json',
      '--reporter-option',
      `output=${report}`,
      ...tests,
    ];
    const child = spawn(process.execPath, [path.join(ROOT, 'node_modules/mocha/bin/mocha.js'), ...args], {
      cwd: this.#folder,
      env: this.#env,
      stdio: 'ignore',
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LIMIT);
    return new Promise((resolve) => {
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve(readReport(report, code));
      });
    });
  }
}

function readReport(report: string, code: number | null): Said {
  if (!existsSync(report)) return { failed: code === null ? 'they do not end' : 'they cannot be loaded', passed: 0 };
  const { stats, failures } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = failures[0]?.fullTitle ?? (code === 0 ? undefined : `exit code ${code}`);
  return { passed: stats.passes, ...(failed !== undefined && { failed }) };
}

/** Why there is no CRIU for the tests of a rule; undefined when there is one. */
export async function whyNoCriu(): Promise<string | undefined> {
  const backend = criu();
  const [itself] = await backend.capabilities();
  await backend.dispose();
  return itself?.available ? undefined : itself?.detail;
}
