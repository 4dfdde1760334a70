/** From the paths of a command line to loaded scenario files; all errors are printed at once. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Options } from '../config/index.ts';
import type { OwnFiles } from '../config/options.ts';
import { namesWith } from '../injector/own-modules.ts';

import {
  findScenarioFiles,
  formatDiagnostic,
  LoadBudget,
  type Loaded,
  loadScenarioFileSync,
} from '../scenario/index.ts';
import { complain, EXIT } from './exit.ts';
import { suggestPath } from './nearest-path.ts';
import { readOptions } from './options.ts';

/** By absolute path, in the order in which they are run. */
export type LoadedFiles = ReadonlyMap<string, Loaded>;

/** Where scenarios are by default. */
export const DEFAULT_PATHS: readonly string[] = ['scenarios'];

/** The scenario files under these paths, loaded; or exit code 2, after printing every error to stderr. */
export function loadPaths(
  { paths, defaults, ...own }: Pick<Options, 'paths' | 'defaults' | keyof OwnFiles>,
  shown: 'errors and warnings' | 'errors only' = 'errors and warnings',
): LoadedFiles | typeof EXIT.input {
  const missing = refuseMissing(paths);
  if (missing !== undefined) return missing;
  const files = findScenarioFiles(paths);
  if (files.length === 0) return complain(`no scenario files (*.yaml, *.yml) in ${paths.join(', ')}`);
  const options = { ...namesWith(own), budget: new LoadBudget(), ...(defaults && { defaults }) };
  const loaded = new Map(files.map((file) => [path.resolve(file), loadScenarioFileSync(file, options)]));
  return report(loaded, shown) > 0 ? EXIT.input : loaded;
}

/** The scenario files that a command's paths and the configuration name, loaded; or exit code 2, after printing every error. */
export function loadArguments(command: Command, paths: readonly string[]): LoadedFiles | typeof EXIT.input {
  const options = readOptions(command, paths);
  return typeof options === 'number' ? options : loadPaths(options);
}

/** Exit code 2 when one of these paths does not exist, after naming it. */
export function refuseMissing(paths: readonly string[]): typeof EXIT.input | undefined {
  const missing = paths.filter((one) => !existsSync(one));
  if (missing.length === 0) return undefined;
  const isDefault = paths.length === 1 && paths[0] === DEFAULT_PATHS[0];
  const hint = isDefault ? 'mktrouble init makes a first scenario here' : suggestPath(missing[0]!);
  return complain(`no such file or folder: ${missing.join(', ')}`, hint);
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
