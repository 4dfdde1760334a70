/** `--criu`, `--runtime` and `--plugin`: which engines a backend uses; for `run` several, each with a name, side by side. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../config/index.ts';
import { RUNTIME_NAMES } from '../model/runtime.ts';
import { didYouMean } from '../scenario/source/nearest.ts';
import { suggestPath } from './nearest-path.ts';

/** An engine with the name of its column in reports. */
export interface NamedEngine {
  readonly name: string;
  readonly engine: string;
}

/** By the setting that each makes. */
export type NamedEngines = Partial<Record<'criu' | 'runtime' | 'plugin', readonly NamedEngine[]>>;

/** One CRIU, for each command that may start it. */
export function criuOption(): Option {
  return new Option(
    '--criu <version|path>',
    'CRIU to use: a version installed by `mktrouble setup criu@VERSION`, or the path of a program',
  ).argParser(parseCriu);
}

/** Repeatable: `--criu old=4.1.1 --criu new=./criu` runs each case on both. */
export function severalCriuOption(): Option {
  return severalOption(
    '--criu <[name=]version|path>',
    'CRIU to use: a version, or the path of a program; repeated, with names, each case runs on each: old=4.1.1 new=./criu/criu',
    parseCriu,
  );
}

/** Repeatable: `--runtime old=runc@1.1.15 --runtime new=./runc`. */
export function severalRuntimeOption(): Option {
  return severalOption(
    '--runtime <[name=]runtime|path>',
    'container runtime to use: runc or runc@1.1.15 of `mktrouble setup`, or the path of a program; repeated as --criu: old=runc new=./runc',
    parseRuntime,
  );
}

/** Repeatable: `--plugin old=a.c --plugin new=b.c`. */
export function severalPluginOption(): Option {
  return severalOption(
    '--plugin <[name=]file>',
    'restart of your own for the native backend, in C; repeated as --criu: old=a.c new=b.c',
    parsePath,
  );
}

function severalOption(flags: string, description: string, parse: (text: string) => string): Option {
  return new Option(flags, description).argParser((text, before: readonly NamedEngine[] = []) => {
    const [, name, rest] = /^([\w.@+-]+)=(.+)$/s.exec(text) ?? [undefined, text, text];
    if (before.some((one) => one.name === name)) throw new InvalidArgumentError(`there are two engines ${name}`);
    return [...before, { name: name!, engine: parse(rest!) }];
  });
}

function parseCriu(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a version or a path');
  return text.includes('/') ? parsePath(text) : text;
}

function parseRuntime(text: string): string {
  if (text.includes('/')) return parsePath(text);
  const name = text.replace(/@.*/s, '');
  if ((RUNTIME_NAMES as readonly string[]).includes(name) && !text.endsWith('@')) return text;
  const expected = `expected ${RUNTIME_NAMES.join(', ')}, one of them with a version (runc@1.1.15), or a path`;
  throw new InvalidArgumentError([expected, didYouMean(name, RUNTIME_NAMES)].filter(Boolean).join('; '));
}

function parsePath(text: string): string {
  if (!existsSync(text))
    throw new InvalidArgumentError(['no such file', suggestPath(text)].filter((one) => one !== undefined).join('; '));
  return path.resolve(text);
}

/**
 * The settings that these flags make: one engine for all that runs; or, of several, a project for each. `backends`: of --backend; a
 * container runtime has CRIU checkpoint and restore, so that with one, or with `oci`, each project is a runtime with a CRIU.
 */
export function toEngineSettings(
  { criu = [], runtime = [], plugin = [] }: NamedEngines,
  backends: Settings['backends'],
): Pick<Settings, 'criu' | 'runtime' | 'plugin' | 'projects'> {
  const settings = {
    ...(criu.length === 1 && { criu: criu[0]!.engine }),
    ...(runtime.length === 1 && { runtime: runtime[0]!.engine }),
    ...(plugin.length === 1 && { plugin: plugin[0]!.engine }),
  };
  if (Math.max(criu.length, runtime.length, plugin.length) < 2) return settings;
  const named = (...parts: readonly (NamedEngine | undefined)[]): string =>
    parts.flatMap((one) => one?.name ?? []).join(', ');
  const ofRuntimes =
    runtime.length > 0 || backends === 'oci' || (Array.isArray(backends) && backends.every((one) => one === 'oci'));
  const onCriu = ofRuntimes
    ? orOne(runtime).flatMap((one) =>
        orOne(criu).map((other) => ({
          name: named(runtime.length > 1 ? one : undefined, criu.length > 1 ? other : undefined),
          backend: 'oci' as const,
          ...(one && { runtime: one.engine }),
          ...(other && { criu: other.engine }),
        })),
      )
    : criu.map(({ name, engine }) => ({ name, backend: 'criu' as const, criu: engine }));
  const native = plugin.map(({ name, engine }) => ({ name, backend: 'native' as const, plugin: engine }));
  return { projects: [...(criu.length + runtime.length > 0 ? onCriu : []), ...native] };
}

/** Of none, one that is not named. */
function orOne<T>(list: readonly T[]): readonly (T | undefined)[] {
  return list.length > 0 ? list : [undefined];
}
