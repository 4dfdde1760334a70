/** Layers of settings to the one object of options. A setting of a higher layer goes before that of a lower one. */
import { BACKENDS, type BackendName } from '../model/case.ts';
import type { KnownSettings } from './check.ts';
import {
  type CaseOptions,
  type EngineOptions,
  type Options,
  type Project,
  projectOn,
  withoutUndefined,
} from './options.ts';
import type { ReadBackend } from './own-backend.ts';
import { CASE_SETTINGS, type ProjectSettings, type SettingName, type Settings } from './schema.ts';
import { needsCoverage, type ReporterSpec, readReporter, readSize, readTime } from './values.ts';

/** Settings from one place, already checked. */
export interface Layer {
  readonly settings: Settings;
  /** Where a setting is made, for people: `--seed`, `mktrouble.config.yaml:3:1`. */
  locate(path: readonly (string | number)[]): string;
}

/** A setting that has a value, and where it comes from. */
export interface Origin {
  readonly value: unknown;
  readonly from: string;
}

export interface Resolved {
  readonly options: Options;
  /** The origin of each setting that has a value, by its name; those of a project by `projects.<name>.<setting>`. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** `layers`: the highest first. `backends`: those that `all` stands for. `readBackend`: loads one that is given by its file. */
export function resolveOptions(
  layers: readonly Layer[],
  { backends, readBackend }: Pick<KnownSettings, 'backends' | 'readBackend'> = { backends: BACKENDS },
): Resolved {
  const stack = new Stack(layers, readBackend);
  const pick = <K extends SettingName>(name: K) => stack.pick(name);
  const reporters = (pick('reporters') ?? ['spec']).map(toReporter);
  const shared = toCaseOptions(Object.fromEntries(CASE_SETTINGS.map((name) => [name, pick(name)])));
  const named = toBackends(pick('backends'), backends);
  const configured = stack.projects(named);
  const failOnSkip = pick('failOnSkip') ?? false;
  const own = pick('own') ?? (configured ? true : named ? failOnSkip : undefined);
  const options: Options = {
    ...shared,
    paths: pick('paths') ?? [],
    projects: configured ?? (named ?? ['simulated' as const]).map((backend) => projectOn(backend, shared, readBackend)),
    ...withoutUndefined({
      own,
      grep: pick('grep'),
      tags: pick('tags'),
      defaults: pick('defaults'),
      replays: pick('replays'),
      keep: pick('keep'),
      known: pick('known'),
      properties: pick('properties'),
      faults: pick('faults'),
      imageEditors: pick('imageEditors'),
      templates: pick('templates'),
      parallel: pick('parallel'),
    }),
    allowCommands: pick('allowCommands') ?? false,
    bail: pick('bail') ?? false,
    failOnSkip,
    forbidOnly: pick('forbidOnly') ?? false,
    allowFlaky: pick('allowFlaky') ?? false,
    failOn: pick('failOn') ?? 'any',
    reporters,
    records: pick('records') ?? 'failed',
    coverage: pick('coverage') ?? needsCoverage(reporters),
  };
  return { options, origins: stack.origins };
}

class Stack {
  readonly origins = new Map<string, Origin>();
  readonly #layers: readonly Layer[];
  readonly #readBackend: ReadBackend | undefined;

  constructor(layers: readonly Layer[], readBackend: ReadBackend | undefined) {
    this.#layers = layers;
    this.#readBackend = readBackend;
  }

  pick<K extends SettingName>(name: K): Settings[K] {
    const layer = this.#layers.find(({ settings }) => settings[name] !== undefined);
    if (layer && name !== 'projects')
      this.origins.set(name, { value: layer.settings[name], from: layer.locate([name]) });
    return layer?.settings[name];
  }

  /**
   * The projects that are configured; undefined when there are none. Backends that a higher layer names select those
   * that use them, or, where none does, take their place.
   */
  projects(named: readonly BackendName[] | undefined): readonly Project[] | undefined {
    const level = this.#layers.findIndex(({ settings }) => settings.projects !== undefined);
    if (level === -1) return undefined;
    const layer = this.#layers[level]!;
    const above = this.#layers.slice(0, level);
    const wanted = above.some(({ settings }) => settings.backends !== undefined) ? named : undefined;
    const only = toList(this.pick('project'));
    const chosen = layer.settings.projects!.filter(
      ({ name, backend }) => (only?.includes(name) ?? true) && (wanted?.includes(backend) ?? true),
    );
    if (chosen.length === 0) return undefined;
    return chosen.map((project) => this.#project(project, level));
  }

  #project(project: ProjectSettings, level: number): Project {
    const layer = this.#layers[level]!;
    const { name, backend, grep, tags } = project;
    const index = layer.settings.projects!.indexOf(project);
    const values = CASE_SETTINGS.map((key) => {
      const above = this.#layers.slice(0, level).find(({ settings }) => settings[key] !== undefined);
      const own = project[key];
      const below = this.#layers.slice(level).find(({ settings }) => settings[key] !== undefined);
      const value = above?.settings[key] ?? own ?? below?.settings[key];
      const from =
        above?.locate([key]) ?? (own === undefined ? below?.locate([key]) : layer.locate(['projects', index, key]));
      if (value !== undefined) this.origins.set(`projects.${name}.${key}`, { value, from: from! });
      return [key, value] as const;
    });
    for (const [key, value] of Object.entries({ backend, grep, tags }))
      if (value !== undefined)
        this.origins.set(`projects.${name}.${key}`, { value, from: layer.locate(['projects', index, key]) });
    return {
      ...projectOn(backend, toCaseOptions(Object.fromEntries(values)), this.#readBackend),
      name,
      ...withoutUndefined({ grep, tags }),
    };
  }
}

type CaseSettings = Pick<Settings, (typeof CASE_SETTINGS)[number]>;

/** Values in their units. */
function toCaseOptions(settings: CaseSettings): CaseOptions & EngineOptions {
  const { seed, timeout, maxMemory, ...rest } = settings;
  const bytes = typeof maxMemory === 'string' ? readSize(maxMemory) : maxMemory;
  return withoutUndefined({
    ...rest,
    seed: seed === undefined ? undefined : String(seed),
    timeout: typeof timeout === 'string' ? readTime(timeout) : timeout,
    maxMemory: bytes,
  });
}

function toBackends(given: Settings['backends'], all: readonly BackendName[]): readonly BackendName[] | undefined {
  if (given === undefined) return undefined;
  if (given === 'all') return all;
  return [...new Set(toList(given))];
}

function toList<T>(given: T | readonly T[] | undefined): readonly T[] | undefined {
  if (given === undefined) return undefined;
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

function toReporter(given: NonNullable<Settings['reporters']>[number]): ReporterSpec {
  return typeof given === 'string' ? readReporter(given)! : withoutUndefined(given);
}
