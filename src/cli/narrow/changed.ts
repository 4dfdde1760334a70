/** `--only-changed [ref]`: which scenario files git finds changed, and which others depend on a changed file. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { CONFIG_FILES } from '../../config/file.ts';
import { findDefectsFile } from '../../scenario/defects.ts';

const MAX_OUTPUT = 1 << 26;

/**
 * The absolute paths of files that differ from `ref` (a commit, a branch; HEAD by default): committed since, staged, changed or
 * untracked. A text that says why git cannot find out.
 */
export function listChanged(ref = 'HEAD', folder = process.cwd()): ReadonlySet<string> | string {
  if (ref.startsWith('-')) return `${ref} is no commit`;
  const git = (...args: readonly string[]): string =>
    // A repository's own settings start no program.
    execFileSync('git', ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    const root = git('rev-parse', '--show-toplevel').replace(/\n$/, '');
    const differing = git('diff', '--name-only', '--no-ext-diff', '--no-textconv', '-z', ref, '--');
    const untracked = git('ls-files', '--others', '--exclude-standard', '--full-name', '-z', '--', root);
    const names = `${differing}${untracked}`.split('\0').filter((name) => name !== '');
    return new Set(names.map((name) => path.join(root, name)));
  } catch (error) {
    const { stderr, code } = error as { readonly stderr?: string; readonly code?: string };
    if (code === 'ENOENT') return 'git is not installed';
    if (typeof stderr !== 'string') throw error;
    return stderr
      .trim()
      .split('\n')[0]!
      .replace(/^fatal: /, '');
  }
}

/**
 * Whether a scenario file has to be run again: it, a file that it extends, or its file of known defects was changed, or what holds for all,
 * which is the configuration or the C file of a plug-in.
 */
export function isAffected(
  file: string,
  changed: ReadonlySet<string>,
  { bases = [], plugins = [] }: { readonly bases?: readonly string[]; readonly plugins?: readonly string[] },
): boolean {
  const shared = [...CONFIG_FILES, ...plugins].map((one) => path.resolve(one));
  const defects = findDefectsFile(path.dirname(file));
  return [file, ...bases, ...(defects === undefined ? [] : [defects]), ...shared].some((one) =>
    changed.has(path.resolve(one)),
  );
}
