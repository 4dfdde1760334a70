/** The options of a command, made once: its flags, the environment, the configuration file, the defaults. */
import type { Command } from 'commander';
import type { KnownSettings } from '../config/check.ts';
import { type MadeOptions, makeOptions, type Options, type Settings } from '../config/index.ts';
import { SETTING_NAMES, type SettingName } from '../config/schema.ts';
import { defaultMaxMemory } from '../injector/budget.ts';
import { KNOWN_SETTINGS } from '../injector/known.ts';
import { formatDiagnostic } from '../scenario/index.ts';
import { type NamedEngines, toEngineSettings } from './engine-options.ts';
import { EXIT } from './exit.ts';
import { DEFAULT_PATHS } from './files.ts';

/** Flags that have the name of one value, and make a setting that is a list. */
const LISTS: Readonly<Record<string, SettingName>> = {
  backend: 'backends',
  tag: 'tags',
  reporter: 'reporters',
  property: 'properties',
  fault: 'faults',
  imageEditor: 'imageEditors',
};

/**
 * The options of a command; or exit code 2, after printing every mistake. `paths`: its arguments that are paths. `flags`: which
 * settings its flags make, where others of its flags have the name of a setting and another meaning. `known`: how modules of users are
 * loaded.
 */
export function readOptions(
  command: Command,
  paths: readonly string[] = [],
  flags: readonly SettingName[] = SETTING_NAMES,
  known: KnownSettings = KNOWN_SETTINGS,
): Options | typeof EXIT.input {
  const { options, diagnostics } = readSources(command, paths, flags, known);
  const color = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  for (const one of diagnostics) process.stderr.write(`${formatDiagnostic(one, { color })}\n\n`);
  return options ?? EXIT.input;
}

/** The same with the origin of each setting. */
export function readSources(
  command: Command,
  paths: readonly string[],
  flags: readonly SettingName[] = SETTING_NAMES,
  known: KnownSettings = KNOWN_SETTINGS,
): MadeOptions {
  const given = Object.entries(command.opts())
    .filter(([name]) => command.getOptionValueSource(name) === 'cli')
    .map(([name, value]) => [LISTS[name] ?? name, value] as const)
    .filter(([name]) => flags.includes(name as SettingName));
  const settings = Object.fromEntries(given) as Settings;
  const engines: NamedEngines = {};
  for (const name of ['criu', 'runtime', 'plugin'] as const) {
    const several: unknown = settings[name];
    if (!Array.isArray(several)) continue;
    engines[name] = several;
    delete settings[name];
  }
  Object.assign(settings, toEngineSettings(engines, settings.backends));
  const { config } = command.optsWithGlobals();
  return makeOptions({
    given: { ...settings, ...(paths.length > 0 && { paths: [...paths] }) },
    environment: process.env,
    ...(config !== false && { folder: process.cwd() }),
    defaults: { paths: [...DEFAULT_PATHS], replays: '.mktrouble', maxMemory: defaultMaxMemory() },
    known,
  });
}
