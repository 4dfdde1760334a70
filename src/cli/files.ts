/** From the paths of a command line to loaded scenario files; all errors are printed at once. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Options } from '../config/index.ts';
import { KNOWN_NAMES } from '../injector/known.ts';

import {
  findScenarioFiles,
  formatDiagnostic,
  LoadBudget,
  type Loaded,
  loadScenarioFileSync,
} from '../scenario/index.ts';
import { nearest } from '../scenario/source/nearest.ts';
import { complain, EXIT } from './exit.ts';

/** By absolute path, in the order in which they are run. */
export type LoadedFiles = ReadonlyMap<string, Loaded>;

/** Where scenarios are by default. */
export const DEFAULT_PATHS: readonly string[] = ['scenarios'];

/** The scenario files under these paths, loaded; or exit code 2, after printing every error to stderr. */
export function loadPaths(
  { paths, defaults }: Pick<Options, 'paths' | 'defaults'>,
  shown: 'errors and warnings' | 'errors only' = 'errors and warnings',
): LoadedFiles | typeof EXIT.input {
  const missing = paths.filter((one) => !existsSync(one));
  if (missing.length > 0) {
    const isDefault = paths.length === 1 && paths[0] === DEFAULT_PATHS[0];
    const hint = isDefault ? 'mktrouble init makes a first scenario here' : nearestPath(missing[0]!);
    return complain(`no such file or folder: ${missing.join(', ')}`, hint);
  }
  const files = findScenarioFiles(paths);
  if (files.length === 0) return complain(`no scenario files (*.yaml, *.yml) in ${paths.join(', ')}`);
  const options = { ...KNOWN_NAMES, budget: new LoadBudget(), ...(defaults && { defaults }) };
  const loaded = new Map(files.map((file) => [path.resolve(file), loadScenarioFileSync(file, options)]));
  return report(loaded, shown) > 0 ? EXIT.input : loaded;
}

/** The file or folder beside it that has the nearest name. */
function nearestPath(missing: string): string | undefined {
  const folder = path.dirname(missing);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return nearestPath(folder);
  const best = nearest(path.basename(missing), readdirSync(folder));
  return best === undefined ? undefined : `did you mean ${path.join(folder, best)}?`;
}

/** Prints diagnostics and, when there are errors, their number; returns that number. */
function report(loaded: LoadedFiles, shown: 'errors and warnings' | 'errors only'): number {
  const color = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  const diagnostics = [...loaded.values()]
    .flatMap((file) => file.diagnostics)
    .filter(({ severity }) => shown === 'errors and warnings' || severity === 'error');
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic, { color })}\n\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) process.stderr.write(`${errors === 1 ? '1 error' : `${errors} errors`}; nothing was run\n`);
  return errors;
}
