/** Settings of the environment: MKTROUBLE_OPTIONS as JSON or YAML, and the variables of single settings. */
import { fileDiagnostic } from '../scenario/source/diagnostic.ts';
import type { KnownSettings } from './check.ts';
import type { Read } from './layer.ts';
import { withoutUndefined } from './options.ts';
import type { SettingName, Settings } from './schema.ts';
import { parseSettings } from './text.ts';

export const OPTIONS_VARIABLE = 'MKTROUBLE_OPTIONS';

/** Characters of all options, at most: Linux takes 128 KiB for one variable. */
export const MAX_VARIABLE = 1 << 17;

/** Variables of single settings; they go before MKTROUBLE_OPTIONS. */
const VARIABLES: Partial<Record<SettingName, string>> = {
  criu: 'MKTROUBLE_CRIU',
  runtime: 'MKTROUBLE_RUNTIME',
  plugin: 'MKTROUBLE_PLUGIN',
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that the environment makes. Never throws. */
export function readEnvironment(environment: Environment, known: KnownSettings): Read {
  const text = environment[OPTIONS_VARIABLE] ?? '';
  const { layer, diagnostics } =
    text.length > MAX_VARIABLE
      ? {
          layer: undefined,
          diagnostics: [
            fileDiagnostic(OPTIONS_VARIABLE, `it has ${text.length} characters; at most ${MAX_VARIABLE} are read`),
          ],
        }
      : text === ''
        ? NOTHING
        : parseSettings(text, OPTIONS_VARIABLE, known);
  if (!layer) return { layer, diagnostics };
  const single = Object.entries(VARIABLES).map(
    ([name, variable]) => [name, environment[variable] || undefined] as const,
  );
  const given = withoutUndefined(Object.fromEntries(single)) as Settings;
  return {
    layer: {
      settings: { ...layer.settings, ...given },
      locate: ([name = '', ...rest]) =>
        Object.hasOwn(given, name) ? VARIABLES[name as SettingName]! : layer.locate([name, ...rest]),
    },
    diagnostics,
  };
}

const NOTHING: Read = { layer: { settings: {}, locate: () => OPTIONS_VARIABLE }, diagnostics: [] };
