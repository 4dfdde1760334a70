/** Teaches Node's `require`, which is how Mocha loads its files, that a YAML file is a suite of scenarios. */
import { createRequire } from 'node:module';
import type { Options } from '../config/index.ts';
import type { OwnFiles } from '../config/options.ts';
import { knownDefects } from '../injector/known.ts';
import { namesWith } from '../injector/own-modules.ts';
import type { Case } from '../model/case.ts';
import { formatDiagnostic, type Loaded, loadScenarioFileSync } from '../scenario/index.ts';
import { PORTION_EXTENSION, readPortion } from './portion.ts';
import { defineBrokenSuite, defineSuite, type SuiteSetting } from './suite.ts';

export interface HookSetting extends SuiteSetting {
  /** How a file is read; by default anew each time, so that a watching Mocha sees what was saved. */
  readonly load?: (file: string) => Loaded;
  /** Which of the tests that the options select in a file are run, counted from 0; undefined: all. */
  readonly choose?: (file: string) => readonly number[] | undefined;
}

/**
 * From now on requiring a `*.yaml` or `*.yml` file defines its suite. `*.replay.yaml` are schedules, not scenarios:
 * nothing happens for them. `setting` is asked at each file; a text is what is wrong with it.
 */
export function hookScenarioFiles(setting: () => HookSetting | string): void {
  const { extensions } = createRequire(import.meta.url);
  const define = (_module: NodeJS.Module, file: string) => defineFile(file, setting());
  for (const extension of ['.yaml', '.yml']) {
    extensions[extension] = define;
    extensions[`.replay${extension}`] = () => {};
  }
  const loadOnce = onlyTheLast((file) => {
    const given = setting();
    return loadAnew(file, typeof given === 'string' ? {} : given.options);
  });
  extensions[PORTION_EXTENSION] = (_module, name) => {
    const { file, tests } = readPortion(name);
    const given = setting();
    defineFile(file, typeof given === 'string' ? given : { load: loadOnce, ...given, choose: () => tests });
  };
}

function defineFile(file: string, setting: HookSetting | string): void {
  const loaded =
    typeof setting === 'string'
      ? setting
      : readCases(setting.load ? setting.load(file) : loadAndWarn(file, setting.options));
  if (typeof setting === 'string' || typeof loaded === 'string') return defineBrokenSuite(file, String(loaded));
  const defects = setting.defects ?? knownDefects(file, setting.options.known);
  if (typeof defects === 'string') defineBrokenSuite(file, defects);
  else {
    const chosen = setting.choose?.(file);
    defineSuite(file, loaded, { ...setting, defects, ...(chosen && { chosen }) });
  }
}

/** Portions of a file come one after the other: what was loaded for the one before serves for the next. */
function onlyTheLast(load: (file: string) => Loaded): (file: string) => Loaded {
  let last: { readonly file: string; readonly loaded: Loaded } | undefined;
  return (file) => {
    if (last?.file !== file) last = { file, loaded: load(file) };
    return last.loaded;
  };
}

/** `mktrouble run` loads files itself and has printed their warnings. */
function loadAndWarn(file: string, options: Options): Loaded {
  const loaded = loadAnew(file, options);
  for (const one of loaded.diagnostics)
    if (one.severity === 'warning') process.stderr.write(`${formatDiagnostic(one)}\n\n`);
  return loaded;
}

function loadAnew(file: string, { defaults, ...own }: Pick<Options, 'defaults' | keyof OwnFiles>): Loaded {
  return loadScenarioFileSync(file, { ...namesWith(own), ...(defaults && { defaults }) });
}

/** The cases of a file; the text of its diagnostics when there is a mistake in it. */
function readCases({ cases, diagnostics }: Loaded): readonly Case[] | string {
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  return mistakes.length === 0 ? cases : mistakes.map((mistake) => formatDiagnostic(mistake)).join('\n\n');
}
