/** The values of flags, checked as commander reads them. */
import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Shard } from '../../../reporters/shared/shard.ts';
import { isMistake, type Mistake } from '../../config/own-backend.ts';
import { parseTagExpression } from '../../config/tag-expression.ts';
import {
  isPattern,
  REPORTER_NAMES,
  type ReporterSpec,
  readReporter,
  readSize,
  readTime,
  refuseReporter,
} from '../../config/values.ts';
import { readBackendModule } from '../../injector/backend-module.ts';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import { readFaultModule } from '../../injector/fault-module.ts';
import { readImageEditorModule } from '../../injector/image-editor-module.ts';
import { KNOWN_NAMES, resolveName } from '../../injector/known.ts';
import { findProtocol } from '../../injector/own-protocol.ts';
import { readPropertyModule } from '../../injector/property-module.ts';
import { type BackendName, isBackendFile, isProtocolFile } from '../../model/case.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import { note } from '../exit.ts';
import { suggestPath } from '../nearest-path.ts';

/** `--backend`: a name, `all`, or the file of a backend, which is loaded. */
export function parseBackend(text: string): readonly BackendName[] {
  if (text === 'all') return KNOWN_BACKENDS;
  if (isBackendFile(text)) return [loadable(text)];
  const name = KNOWN_BACKENDS.find((known) => known === text);
  if (name) return [name];
  throw new InvalidArgumentError(
    sentences(
      `known are ${KNOWN_BACKENDS.join(', ')} and all, and one of your own by its file`,
      didYouMean(text, KNOWN_BACKENDS),
    ),
  );
}

/** What to do about a file: the one that was meant, where it does not exist. */
function hintFor(file: string, hint: string | undefined): string | undefined {
  return existsSync(file) ? hint : (suggestPath(file) ?? hint);
}

/** A file that has a backend. */
function loadable(file: string): string {
  const read = readBackendModule(file);
  if (isMistake(read)) throw new InvalidArgumentError(sentences(read.message, hintFor(file, read.hint)));
  return file;
}

/** `--protocol`: one that this build has, or the file of one of the user's own, which is read. */
export function parseProtocol(text: string): string {
  if (isProtocolFile(text)) {
    const found = findProtocol(text);
    if ('file' in found) return found.file;
    throw new InvalidArgumentError(sentences(found.message, hintFor(text, found.hint)));
  }
  const { protocols } = KNOWN_NAMES;
  const name = resolveName('protocols', text);
  if (name !== text) note(`the protocol ${text} has been renamed to ${name}`);
  if (protocols.includes(name)) return name;
  const known = `known are patch, series, hardened and ${protocols.length - 3} variants, and one of your own by its file`;
  throw new InvalidArgumentError(sentences(known, didYouMean(text, protocols)));
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('it must be a whole number, at least 1');
}

/** `--time` of a campaign: seconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('expected a number of seconds above 0');
}

/** `--retries`: a whole number from 0 to 100. */
export function parseRetries(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= 100) return count;
  throw new InvalidArgumentError('it must be a whole number from 0 to 100');
}

/** `--tag`, repeatable: a tag expression. */
export function parseTag(text: string, before: readonly string[]): readonly string[] {
  const made = parseTagExpression(text);
  if (typeof made === 'string') throw new InvalidArgumentError(`${made}; an expression has tags, and, or, not and ( )`);
  return [...before, text];
}

/** Shards, at most. */
const MAX_SHARDS = 10_000;

/** `--shard`: `2/4`. */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d{1,5})\/(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && of !== undefined && index >= 1 && index <= of && of <= MAX_SHARDS) return { index, of };
  throw new InvalidArgumentError('it must be i/n, such as 2/4: part 2 of 4');
}

/** `--timeout`: a number of seconds, or one with its unit; in milliseconds. */
export function parseTimeout(text: string): number {
  const timeout = readTime(text, 's');
  if (timeout !== undefined) return timeout;
  throw new InvalidArgumentError('it must be a time above 0, such as 30, 500ms, 90s or 5m; without a unit in seconds');
}

/** `--max-memory`: a number with its unit; in bytes. */
export function parseMemory(text: string): number {
  const bytes = readSize(text);
  if (bytes !== undefined) return bytes;
  throw new InvalidArgumentError('it must be a size with its unit, such as 500M or 2G');
}

/** `--grep`: a regular expression, kept as its source. */
export function parseGrep(text: string): string {
  if (isPattern(text)) return text;
  throw new InvalidArgumentError('it is not a regular expression');
}

/** `--property`, `--fault` and `--image-editor`, repeatable, of each command that runs cases: files of the user's own, which are loaded. */
export function ownModuleOptions(): readonly Option[] {
  return [
    moduleOption('--property <file>', 'judge by a property of your own too (repeatable)', readPropertyModule),
    moduleOption('--fault <file>', 'fault verb of your own, for backends of your own (repeatable)', readFaultModule),
    moduleOption('--image-editor <file>', "editor of CRIU's images of your own (repeatable)", readImageEditorModule),
  ];
}

function moduleOption(flags: string, description: string, load: (file: string) => object | Mistake): Option {
  return new Option(flags, description)
    .argParser((file: string, before: readonly string[] = []) => {
      const read = load(file) as { readonly name: string } | Mistake;
      if (isMistake(read)) throw new InvalidArgumentError(sentences(read.message, hintFor(file, read.hint)));
      return [...before, file];
    })
    .default(undefined, 'none');
}

/** `--reporter`, of each command that writes reports. */
export function reporterOption(): Option {
  return new Option('-r, --reporter <name[=file]>', `report format: ${REPORTER_NAMES.join(', ')} (repeatable)`)
    .argParser(parseReporter)
    .default(undefined, 'spec');
}

/** `--reporter name[=file]`, repeatable; whether there is such a reporter is found out when all options are known. */
export function parseReporter(text: string, before: readonly ReporterSpec[] = []): readonly ReporterSpec[] {
  const reporter = readReporter(text);
  if (!reporter) throw new InvalidArgumentError('a file name must follow "="');
  const why = refuseReporter(reporter, before);
  if (why !== undefined) throw new InvalidArgumentError(why);
  return [...before, reporter];
}

function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}
