/** `--criu VERSION|PATH`: which CRIU the criu backend uses; for `run` several, each with a name. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../config/index.ts';
import { suggestPath } from './nearest-path.ts';

/** The option, for each command that may start CRIU. */
export function criuOption(): Option {
  return new Option(
    '--criu <version|path>',
    'CRIU to use: a version installed by `mktrouble setup criu@VERSION`, or the path of a program',
  ).argParser(parseCriu);
}

/** An engine with the name of its column in reports. */
export interface NamedCriu {
  readonly name: string;
  readonly criu: string;
}

/** The same, repeatable: `--criu old=4.1.1 --criu new=./criu` runs each case on both. */
export function severalCriuOption(): Option {
  return new Option(
    '--criu <[name=]version|path>',
    'CRIU to use: a version, or the path of a program; repeated, with names, each case runs on each: old=4.1.1 new=./criu/criu',
  ).argParser((text, before: readonly NamedCriu[] = []) => {
    const [, name, rest] = /^([\w.@+-]+)=(.+)$/s.exec(text) ?? [undefined, text, text];
    if (before.some((one) => one.name === name)) throw new InvalidArgumentError(`there are two engines ${name}`);
    return [...before, { name: name!, criu: parseCriu(rest!) }];
  });
}

function parseCriu(text: string): string {
  const isPath = text.includes('/');
  if (text === '') throw new InvalidArgumentError('expected a version or a path');
  if (isPath && !existsSync(text))
    throw new InvalidArgumentError(['no such file', suggestPath(text)].filter((one) => one !== undefined).join('; '));
  return isPath ? path.resolve(text) : text;
}

/** The settings that the flag makes: one engine for all that runs, or a project for each of several. */
export function toEngineSettings(engines: readonly NamedCriu[]): Pick<Settings, 'criu' | 'projects'> {
  if (engines.length === 1) return { criu: engines[0]!.criu };
  return { projects: engines.map(({ name, criu }) => ({ name, backend: 'criu' as const, criu })) };
}
