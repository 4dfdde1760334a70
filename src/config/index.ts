/** The door of this room: the options of a command, or of Mocha, made once. */
import { type Diagnostic, fileDiagnostic } from '../scenario/source/diagnostic.ts';
import { didYouMean } from '../scenario/source/nearest.ts';
import type { KnownSettings } from './check.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { readConfigFile } from './file.ts';
import type { Options } from './options.ts';
import { type Layer, type Origin, resolveOptions } from './resolve.ts';
import { SETTINGS, type Settings } from './schema.ts';

export { type CaseOptions, type EngineOptions, type Options, type Project, projectOn } from './options.ts';
export type { Settings } from './schema.ts';

export interface Sources {
  /** Settings of the command line. */
  readonly given?: Settings;
  readonly environment: Environment;
  /** The folder whose configuration file is read; none is read without. */
  readonly folder?: string;
  /** What holds where nothing else is said. */
  readonly defaults?: Settings;
  readonly known: KnownSettings;
}

export interface MadeOptions {
  /** Undefined where there is any error. */
  readonly options?: Options;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly diagnostics: readonly Diagnostic[];
  /** The name of the configuration file that was read. */
  readonly file?: string;
}

/** The options: the command line goes before the environment, that before the configuration file, that before the defaults. Never throws. */
export function makeOptions({ given = {}, environment, folder, defaults = {}, known }: Sources): MadeOptions {
  const file = folder === undefined ? undefined : readConfigFile(folder, known);
  const variables = readEnvironment(environment, known);
  const diagnostics = [...variables.diagnostics, ...(file?.diagnostics ?? [])];
  const name = file?.file === undefined ? {} : { file: file.file };
  if (!variables.layer || (file && !file.layer)) return { origins: new Map(), diagnostics, ...name };
  const layers: readonly Layer[] = [
    { settings: given, locate: ([setting]) => flagName(String(setting)) },
    variables.layer,
    ...(file?.layer ? [file.layer] : []),
    { settings: defaults, locate: () => 'default' },
  ];
  const wrong = checkGiven(given) ?? checkSelection(layers);
  if (wrong) return { origins: new Map(), diagnostics: [...diagnostics, wrong], ...name };
  return { ...resolveOptions(layers, known), diagnostics, ...name };
}

/** What a flag takes and a setting does not: an empty text, control characters, a path that is too long. */
function checkGiven(given: Settings): Diagnostic | undefined {
  const [issue] = SETTINGS.safeParse(given).error?.issues ?? [];
  return issue && fileDiagnostic(flagName(String(issue.path[0])), `expected ${issue.message}`);
}

/** The flag that makes a setting on the command line. */
function flagName(setting: string): string {
  const word = FLAGS[setting] ?? setting;
  return word === 'paths' ? 'command line' : `--${word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const FLAGS: Readonly<Record<string, string>> = { backends: 'backend', tags: 'tag', reporters: 'reporter' };

/** Names of projects that select none. */
function checkSelection(layers: readonly Layer[]): Diagnostic | undefined {
  const layer = layers.find(({ settings }) => settings.project !== undefined);
  if (!layer) return undefined;
  const names = (layers.find(({ settings }) => settings.projects)?.settings.projects ?? []).map((one) => one.name);
  const strange = [layer.settings.project!].flat().find((one) => !names.includes(one));
  if (strange === undefined) return undefined;
  const known = names.length === 0 ? 'no projects are configured' : `projects are ${names.join(', ')}`;
  return fileDiagnostic(layer.locate(['project']), `unknown project ${strange}`, didYouMean(strange, names) ?? known);
}
