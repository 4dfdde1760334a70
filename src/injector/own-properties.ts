/** Properties of users: modules that the command line or the configuration names, and by which every case is judged. */
import { isMistake } from '../config/own-backend.ts';
import type { Case } from '../model/case.ts';
import type * as kit from '../properties/own.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import type { KnownNames } from '../scenario/known-names.ts';
import { type FindViolations, shippedProperties } from './judge.ts';
import { KNOWN_NAMES } from './known.ts';
import { readPropertyModule } from './property-module.ts';

/** The properties in these files; throws where one is none, which was reported when the options were read. */
function load(files: readonly string[]): kit.OwnProperty[] {
  return files.map((file) => {
    const read = readPropertyModule(file);
    if (isMistake(read)) throw new Error(read.message);
    return read;
  });
}

/** The names that scenarios may use where these properties are judged too. */
export function namesWith(files: readonly string[] = []): KnownNames & typeof KNOWN_NAMES {
  if (files.length === 0) return KNOWN_NAMES;
  return { ...KNOWN_NAMES, properties: [...KNOWN_NAMES.properties, ...load(files).map(({ name }) => name)] };
}

/** Judges by the properties that ship, the expectations, and those in these files. */
export function judgeBy(files: readonly string[] = []): FindViolations {
  const own = load(files);
  if (own.length === 0) return shippedProperties;
  return (c, record) => [...shippedProperties(c, record), ...own.flatMap((property) => check(property, c, record))];
}

/** What violates one property. Throws for an answer that is none, and with the property's own exception: the case is an error then. */
function check(property: kit.OwnProperty, c: Case, record: RunRecord): Violation[] {
  const { name } = property;
  const { only, except } = c.expect;
  if (!(only?.includes(name) ?? true) || except.includes(name)) return [];
  let shown: unknown;
  try {
    shown = property.check(c, record);
  } catch (error) {
    throw new Error(
      `the property ${name} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  if (!Array.isArray(shown)) throw new Error(`the property ${name} gave no list of violations`);
  return shown.map((one: Partial<kit.Shown> | null) => {
    if (typeof one?.message !== 'string') throw new Error(`the property ${name} gave a violation without a message`);
    return { ...one, message: one.message, property: name };
  });
}
